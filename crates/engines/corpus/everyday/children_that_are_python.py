import subprocess
import sys
import textwrap

script = textwrap.dedent("""
    import sys
    total = sum(int(line) for line in sys.stdin)
    print("total", total)
    print("warning: small", file=sys.stderr) if total < 100 else None
    sys.exit(total % 7)
""")
with open("adder.py", "w") as file:
    file.write(script)
for numbers in ("1\n2\n3\n", "50\n60\n"):
    result = subprocess.run([sys.executable, "adder.py"], input=numbers, capture_output=True, text=True)
    print(result.returncode, repr(result.stdout), repr(result.stderr))
print(subprocess.check_output([sys.executable, "-c", "import sys; print(sys.argv[1:])", "a", "b c"], text=True).strip())
failing = subprocess.run([sys.executable, "-c", "raise ValueError('in the child')"], capture_output=True, text=True)
print(failing.returncode, failing.stderr.splitlines()[-1])
try:
    subprocess.run([sys.executable, "adder.py"], input="x", text=True, check=True, capture_output=True)
except subprocess.CalledProcessError as error:
    print("failed with", error.returncode, error.stderr.splitlines()[-1])
