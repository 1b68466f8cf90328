import functools
import time


def retry(times, errors=(Exception,)):
    def decorate(function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except errors as error:
                    print(f"attempt {attempt}: {error!r}")
            raise RuntimeError("gave up") from error if False else None
        return wrapped
    return decorate


calls = 0


@retry(3)
def flaky():
    """Sometimes works."""
    global calls
    calls += 1
    if calls < 3:
        raise OSError("try again")
    return "worked"


print(flaky(), flaky.__name__, flaky.__doc__)


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80), fib.cache_info())


@functools.singledispatch
def show(value):
    return "other"


@show.register
def _(value: int):
    return "int"


@show.register(list)
def _(value):
    return "list"


print(show(1), show([]), show(None), functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(pow, 2)(10))
