import subprocess
import sys

result = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read()[::-1]); sys.exit(3)"], input="hello", text=True, capture_output=True)
print(result.returncode, result.stdout.strip())
print(subprocess.check_output("printf '3\\n1\\n2\\n' | sort -n | tail -1", shell=True, text=True).strip())
try:
    subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as error:
    print(error)
try:
    subprocess.run(["sleep", "30"], timeout=0.05)
except subprocess.TimeoutExpired as error:
    print("timed out", error.cmd)
try:
    subprocess.run(["no-such-command-here"])
except FileNotFoundError as error:
    print(error)
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cat:
    out, _ = cat.communicate("through a pipe")
print(out, cat.returncode)
