import contextlib
import io
import sys


class Timer:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, error, trace):
        print("exit", kind.__name__ if kind else None, error)
        return kind is KeyError


with Timer():
    {}["missing"]


@contextlib.contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name
    finally:
        print(f"</{name}>")


with contextlib.ExitStack() as stack:
    names = [stack.enter_context(tag(n)) for n in ("html", "body")]
    stack.callback(print, "callback")
    print(names)
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer), contextlib.redirect_stderr(buffer):
    print("hidden")
    print("also", file=sys.stderr)
print(repr(buffer.getvalue()))
with contextlib.suppress(ZeroDivisionError):
    1 / 0
with tag("last") as value:
    raise RuntimeError("inside " + value)
