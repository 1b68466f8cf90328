import functools
import time
def retry(times, wait=0.001, errors=(OSError,)):
    def wrap(function):
        @functools.wraps(function)
        def call(*arguments, **names):
            for attempt in range(1, times + 1):
                try:
                    return function(*arguments, **names)
                except errors as error:
                    print(f"{function.__name__}: attempt {attempt} failed: {error}")
                    if attempt == times:
                        raise
                    time.sleep(wait * 2 ** attempt)
        return call
    return wrap
count = 0
@retry(3)
def flaky(limit):
    """Works after some attempts."""
    global count
    count += 1
    if count < limit:
        raise ConnectionError(f"only {count}")
    return "done after %d" % count
print(flaky(3), flaky.__name__, flaky.__doc__)
count = -10
try:
    flaky(5)
except OSError as error:
    print("gave up:", type(error).__name__)
class counted:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function, self.calls = function, 0
    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)
@counted
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(15), fib.calls, fib.__name__)
def typed(function):
    kinds = function.__annotations__
    @functools.wraps(function)
    def call(**names):
        for name, value in names.items():
            if not isinstance(value, kinds[name]):
                raise TypeError(f"{name} is {value!r}, no {kinds[name].__name__}")
        return function(**names)
    return call
@typed
def area(width: int, height: int): return width * height
print(area(width=3, height=4))
try:
    area(width="3", height=4)
except TypeError as error:
    print(error)
