from contextlib import contextmanager, suppress, redirect_stdout, ExitStack
import io
@contextmanager
def step(name):
    print("begin", name)
    try:
        yield name.upper()
    except ValueError as error:
        print("handled", error)
    finally:
        print("end", name)
with step("one") as label:
    print(label)
with step("two"):
    raise ValueError("bad")
def countdown(n):
    while n:
        got = yield n
        n = got if got is not None else n - 1
counter = countdown(5)
print(next(counter), next(counter), counter.send(10), next(counter))
with suppress(ZeroDivisionError):
    1 / 0
with redirect_stdout(io.StringIO()) as out:
    print("captured")
print(repr(out.getvalue()))
with ExitStack() as stack:
    for n in range(2):
        stack.callback(print, "closing", n)
