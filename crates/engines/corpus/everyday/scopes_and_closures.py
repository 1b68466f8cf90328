import functools

x = "module"


def outer():
    x = "outer"

    def inner():
        nonlocal x
        x = "changed"
        return x

    return inner(), x


def counters():
    return [lambda: n for n in range(3)], [lambda n=n: n for n in range(3)]


late, early = counters()
print(outer(), x, [f() for f in late], [f() for f in early])


def remember(function=None, *, limit=2):
    if function is None:
        return lambda function: remember(function, limit=limit)
    cache = {}

    @functools.wraps(function)
    def wrapper(*arguments):
        if arguments not in cache:
            if len(cache) >= limit:
                cache.pop(next(iter(cache)))
            cache[arguments] = function(*arguments)
        return cache[arguments]

    wrapper.cache = cache
    return wrapper


@remember(limit=1)
def double(n):
    "Doubles."
    return n * 2


print(double(2), double(3), double.cache, double.__name__, double.__doc__, double.__wrapped__(5))


def spread(a, /, b, *args, c=3, **kwargs):
    return a, b, args, c, kwargs


print(spread(1, 2, 4, 5, c=6, d=7), spread(*[1, 2], **{"c": 0}), spread(1, b=2))
for bad in ((lambda: spread(a=1, b=2)), (lambda: spread(1)), (lambda: spread(1, 2, b=3)), (lambda: (lambda: 0)(1))):
    try:
        bad()
    except TypeError as error:
        print(error)


def grow(item, items=[]):
    items.append(item)
    return items


print(grow(1), grow(2), grow.__defaults__)
try:
    def broken():
        print(unset)
        unset = 1

    broken()
except UnboundLocalError as error:
    print(error)
partial = functools.partial(spread, 1, c=9)
print(partial(2), partial.keywords, functools.reduce(lambda a, b: a * 10 + b, [1, 2, 3]), (lambda *a, **k: (a, k))(1, z=2))
print([*map(lambda f: f(3), [str, float, [].__class__.__name__.__len__ and hex])], (y := 5) + y, [z := 1, z + 1], globals()["x"])
del x
try:
    x
except NameError as error:
    print(error)
