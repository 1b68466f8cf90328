from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union, cast, get_args, get_origin, get_type_hints, overload

T = TypeVar("T")


class Stack(Generic[T]):
    limit: ClassVar[int] = 3

    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class Movie(TypedDict, total=False):
    title: str
    year: int


class Row(NamedTuple):
    id: int
    name: str = "?"

    def shout(self):
        return self.name.upper()


def first[S](items: Iterable[S], default: S | None = None) -> S | None:
    return next(iter(items), default)


type Pair[K] = tuple[K, K]
UserId = NewType("UserId", int)
print(Stack[int]().push(1).items, Movie(title="x"), Row(1, "b").shout(), Row(2), first([]), first("ab"), UserId(5) + 1)
print(get_type_hints(Row), get_type_hints(Movie), get_type_hints(Stack.push, globals()), Movie.__required_keys__, Movie.__optional_keys__ == {"title", "year"})
print(get_origin(dict[str, int]), get_args(Callable[[int], str]), get_args(Literal["a", 1]), get_args(Annotated[int, "meta"]), list[int] == list[int], Pair.__value__)
print(isinstance([], Iterable), isinstance({}, Mapping), isinstance(iter([]), Iterator), issubclass(dict, Mapping), cast(str, 5), first.__type_params__)


@overload
def twice(x: int) -> int: ...
@overload
def twice(x: str) -> str: ...
def twice(x):
    return x * 2


print(twice(2), twice("a"), twice.__annotations__, Stack.__parameters__, Stack.__orig_bases__, Any)
try:
    isinstance([], list[int])
except TypeError as error:
    print(error)
print(int | None == Union[int, None], Optional[int] == (int | None), isinstance(3, int | str))
