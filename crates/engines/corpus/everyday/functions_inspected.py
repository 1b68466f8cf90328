import inspect
from functools import cached_property, partial, reduce, singledispatch, singledispatchmethod
def f(a, /, b: int, *args, c=3, d: "text" = None, **kw) -> bool:
    """Does nothing.

    At all."""
print(inspect.signature(f), f.__defaults__, f.__kwdefaults__, inspect.getdoc(f), f.__annotations__)
bound = inspect.signature(f).bind(1, 2, 3, c=4, z=5)
bound.apply_defaults()
print(bound.arguments)
for bad in [(), (1,), (1, 2)]:
    try:
        inspect.signature(f).bind(*bad)
        print("fits")
    except TypeError as error:
        print(error)
@singledispatch
def show(value): return f"thing {value!r}"
@show.register
def _(value: int): return f"int {value}"
@show.register(list)
def _(value): return "list of " + ", ".join(map(show, value))
print(show(1.5), show(True), show([1, "a", [2]]))
class C:
    def __init__(self): self.made = 0
    @cached_property
    def big(self): self.made += 1; return 10 ** 3
    @singledispatchmethod
    def take(self, value): return "any"
    @take.register
    def _(self, value: str): return "text"
    @staticmethod
    def s(): return "static"
    @classmethod
    def k(cls): return cls.__name__
c = C()
print(c.big, c.big, c.made, c.take(1), c.take(""), C.s(), c.k(), partial(pow, 2)(5), reduce(lambda x, y: x * 10 + y, [1, 2, 3]))
print([name for name, _ in inspect.getmembers(C, inspect.isfunction)], inspect.isgeneratorfunction(lambda: (yield)), inspect.getmro(C)[0].__name__, callable(c), C.__qualname__, C.__module__)
def outer():
    n = 0
    def inner():
        nonlocal n
        n += 1
        return n
    return inner
counter = outer()
print(counter(), counter(), counter.__closure__[0].cell_contents, counter.__code__.co_freevars, inspect.getclosurevars(counter).nonlocals)
