import atexit
import sys

atexit.register(print, "cleanup", "done")


def main(arguments):
    if not arguments:
        sys.exit("usage: main.py FILE")
    return 0


try:
    main([])
finally:
    print("finally")
