import atexit
import sys

atexit.register(print, "registered first, runs last")


class Handler:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "<handler " + self.name + ">"

    def __call__(self):
        if self.name == "leaving":
            sys.exit(9)
        raise ValueError("in a handler")


atexit.register(Handler("failing"))
atexit.register(Handler("leaving"))


print("main")
sys.exit(2)
