import contextlib
import io
@contextlib.contextmanager
def step(name, fails=False):
    print("enter", name)
    try:
        yield name.upper()
    except ValueError as error:
        print("caught in", name, error)
        if fails:
            raise RuntimeError(name) from error
    finally:
        print("leave", name)
with step("a") as a, step("b") as b:
    print(a, b)
    raise ValueError("inside")
try:
    with step("c", fails=True):
        raise ValueError("again")
except RuntimeError as error:
    print(repr(error), repr(error.__cause__))
with contextlib.ExitStack() as stack:
    names = [stack.enter_context(step(name)) for name in "xy"]
    stack.callback(print, "callback", names)
    later = stack.pop_all()
print("not yet")
later.close()
caught = io.StringIO()
with contextlib.redirect_stdout(caught), contextlib.suppress(ZeroDivisionError):
    print("hidden")
    1 / 0
print(repr(caught.getvalue()))
class Timer(contextlib.ContextDecorator):
    def __enter__(self): print("<"); return self
    def __exit__(self, *details): print(">", details[0])
@Timer()
def work(): return 5
print(work())
with contextlib.closing(io.StringIO("z")) as text, contextlib.nullcontext(3) as three:
    print(text.read(), three)
print(text.closed)
