import subprocess
import sys

print(repr(sys.stdin.read()), sys.stdin.isatty())
print(subprocess.run(["cat"], capture_output=True).stdout)
try:
    input("name? ")
except EOFError as error:
    print("EOF:", error)
