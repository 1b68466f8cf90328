from contextlib import ExitStack, closing, contextmanager, nullcontext, redirect_stdout, suppress
import io
import itertools


def averager():
    total, count = 0, 0
    while True:
        value = yield total / count if count else None
        if value is None:
            return total
        total, count = total + value, count + 1


def outer():
    result = yield from averager()
    print("inner gave", result)
    yield "last"


g = outer()
print(next(g), g.send(10), g.send(20), g.send(None), list(g))


def cleaned():
    try:
        yield 1
        yield 2
    except ValueError as error:
        yield f"caught {error}"
    finally:
        print("cleanup")


with closing(cleaned()) as c:
    print(next(c), c.throw(ValueError("thrown")))


@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    finally:
        print(f"</{name}>")


with ExitStack() as stack:
    names = [stack.enter_context(tag(name)) for name in "ab"]
    stack.callback(print, "callback")
    print(names)
with suppress(ZeroDivisionError), tag("c"):
    1 / 0
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("hidden")
print(repr(buffer.getvalue()), nullcontext(5).enter_result)
evens = (n for n in itertools.count() if n % 2 == 0)
print(list(itertools.islice(evens, 3)), next(evens), [*itertools.batched("abcdefg", 3)], list(itertools.pairwise([1, 4, 9])))
print(list(itertools.accumulate([1, 2, 3, 4], lambda a, b: a * b)), list(itertools.zip_longest("ab", "c", fillvalue="-")), list(itertools.takewhile(lambda n: n < 3, itertools.count())))
print(list(itertools.compress("abcd", [1, 0, 1, 0])), list(itertools.starmap(pow, [(2, 3), (3, 2)])), len(list(itertools.product("ab", repeat=3))), list(itertools.combinations("abc", 2)))
print([list(g) for _, g in itertools.groupby("aabbba")], list(itertools.chain.from_iterable([[1], [2, 3]])), list(itertools.permutations(range(3), 2))[:3], next(itertools.cycle("xy")))
flatten = lambda items: (leaf for item in items for leaf in (flatten(item) if isinstance(item, list) else [item]))
print(list(flatten([1, [2, [3, [4]], 5]])), sum(x * x for x in range(5)), any(n > 3 for n in [1, 5]), all([]), dict(zip("ab", (1, 2))))
a, b = itertools.tee([1, 2, 3])
print(next(a), list(b), list(a))
