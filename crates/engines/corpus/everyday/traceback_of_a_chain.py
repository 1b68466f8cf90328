import traceback
def load(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError(f"cannot load {text!r}") from error
try:
    load("abc")
except RuntimeError as error:
    print(error, "<-", repr(error.__cause__))
    print(traceback.format_exc().splitlines()[-1])
