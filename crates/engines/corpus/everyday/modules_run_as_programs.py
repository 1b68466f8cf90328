import pathlib
import subprocess
import sys

pathlib.Path("tool").mkdir()
pathlib.Path("tool/__init__.py").write_text("VERSION = '1.2'\n")
pathlib.Path("tool/__main__.py").write_text("import sys\nfrom . import VERSION\nprint('tool', VERSION, sys.argv[1:], __name__, __package__)\n")
pathlib.Path("helper.py").write_text("print('helper read as', __name__)\nVALUE = 42\n")
print(subprocess.run([sys.executable, "-m", "tool", "--fast"], capture_output=True, text=True).stdout)
print(subprocess.run([sys.executable, "helper.py"], capture_output=True, text=True).stdout)
import helper

print(helper.VALUE, subprocess.run([sys.executable, "-m", "json.tool"], input='{"a": [1, 2]}', capture_output=True, text=True).stdout)
