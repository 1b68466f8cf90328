import sys
import traceback


def level3(items):
    return items[
        10
    ]


def level2():
    try:
        level3([1])
    except IndexError as error:
        raise RuntimeError("wrapped") from error


try:
    level2()
except RuntimeError as error:
    traceback.print_exc()
    print(traceback.format_exc().count("File"))
    print([(f.name, f.lineno) for f in traceback.extract_tb(error.__traceback__)])
    traceback.print_exception(error, limit=1, chain=False, file=sys.stdout)
    print(sys.exc_info()[0].__name__, error.__traceback__.tb_lineno)
    print(traceback.format_exception_only(type(error), error))
error = ValueError("noted")
error.add_note("a note")
try:
    raise ExceptionGroup("several", [error, TypeError("t"), ExceptionGroup("inner", [KeyError("k")])])
except* TypeError:
    print("handled the TypeError", flush=True)
