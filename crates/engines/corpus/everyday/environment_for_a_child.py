import os
import subprocess
import sys

code = "import os; print(os.environ.get('COLOUR'), os.environ.get('SHAPE'), os.path.basename(os.getcwd()))"
os.environ["COLOUR"] = "red"
os.mkdir("inner")
print(subprocess.check_output([sys.executable, "-c", code], text=True).split()[:2])
changed = {**os.environ, "COLOUR": "blue", "SHAPE": "square"}
print(subprocess.check_output([sys.executable, "-c", code], env=changed, cwd="inner", text=True).strip())
print(os.environ["COLOUR"], os.environ.get("SHAPE"))
print(os.system("exit 2"), os.popen("echo from popen").read())
print(subprocess.run(["sh", "-c", "echo $0 $1", "name", "argument"], capture_output=True, text=True).stdout)
