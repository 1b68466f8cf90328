import atexit
import subprocess


def show():
    print("at exit")


atexit.register(show)
atexit.register(lambda: subprocess.run(["echo", "child at exit"]))
data = open("data.txt", "w")
data.write("x" * 10)
raise LookupError("with an open file")
