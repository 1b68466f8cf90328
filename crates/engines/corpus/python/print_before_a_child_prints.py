import subprocess

print("first, by the program")
subprocess.run(["echo", "second, by its child"])
