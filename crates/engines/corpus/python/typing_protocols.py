from typing import Annotated, Any, Callable, Generic, Literal, NamedTuple, Protocol, TypedDict, TypeVar, get_args, get_type_hints, runtime_checkable

T = TypeVar("T")


@runtime_checkable
class Speaks(Protocol):
    def speak(self) -> str: ...


class Dog:
    def speak(self) -> str:
        return "woof"


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class Movie(TypedDict, total=False):
    title: str
    year: int


class Pair(NamedTuple):
    left: int
    right: str = "r"


Mode = Literal["r", "w"]
print(isinstance(Dog(), Speaks), isinstance(3, Speaks), Stack[int]().push(1).items)
print(Movie(title="x"), Pair(1), get_args(Mode), get_type_hints(Movie))


def apply(f: Callable[[int], int], x: Annotated[int, "positive"]) -> Any:
    return f(x)


print(get_type_hints(apply, include_extras=True)["x"], apply(lambda n: n + 1, 1))
count: int = 3
print(__annotations__)
