from dataclasses import dataclass
from functools import singledispatch, singledispatchmethod
from typing import Protocol, runtime_checkable


@singledispatch
def show(value):
    return f"other {value!r}"


@show.register
def _(value: int):
    return f"int {value:+d}"


@show.register(list)
def _(value):
    return "list of " + ", ".join(show(item) for item in value)


@runtime_checkable
class Sized(Protocol):
    def area(self) -> float: ...


@dataclass(frozen=True, order=True)
class Square:
    side: float

    def area(self) -> float:
        return self.side ** 2


class Writer:
    @singledispatchmethod
    def write(self, item):
        return "?"

    @write.register
    def _(self, item: str):
        return item.upper()


print(show(3), "|", show([1, "a", [2.5]]), "|", show(None))
print(isinstance(Square(2), Sized), isinstance(3, Sized), sorted([Square(3), Square(1)]))
print(Writer().write("x"), Writer().write(1), hash(Square(1)) == hash(Square(1)))
try:
    Square(1).side = 2
except Exception as error:
    print(type(error).__name__, error)
