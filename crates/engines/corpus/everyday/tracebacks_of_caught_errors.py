import decimal
import logging
import os
import sys
import time
import traceback


def attempt(action):
    try:
        action()
    except Exception as error:
        lines = [line for line in traceback.format_exc().splitlines() if set(line) - set(" ~^")]
        print("\n".join(lines))
        last = traceback.extract_tb(error.__traceback__)[-1]
        print(last.name, last.lineno, last.line, len(traceback.extract_tb(error.__traceback__)))


def read(name):
    return open(name).read()


attempt(lambda: read("missing.txt"))
attempt(lambda: os.listdir("nowhere"))
attempt(lambda: time.sleep(-1))
attempt(lambda: decimal.Decimal("x"))
attempt(lambda: os.rename("a", "b"))
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
try:
    os.remove("nothing")
except OSError:
    logging.exception("could not remove it")
try:
    try:
        read("first.txt")
    except OSError as error:
        raise RuntimeError("second") from error
except RuntimeError:
    traceback.print_exc()
print("".join(traceback.format_stack()).count("File"), traceback.format_exception_only(ValueError("only")))
