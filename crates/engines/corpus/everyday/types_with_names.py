from collections import ChainMap, Counter, OrderedDict, namedtuple
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, replace
from typing import Generic, NamedTuple, Optional, Protocol, TypedDict, TypeVar, get_type_hints, runtime_checkable
class Point(NamedTuple):
    x: float
    y: float = 0.0
    def far(self): return (self.x ** 2 + self.y ** 2) ** 0.5
p = Point(3, 4)
print(p, p.far(), p._replace(y=1), p._asdict(), Point._fields, p + (5,), Point(1))
@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    tags: tuple = field(default=(), compare=False)
    @classmethod
    def parse(cls, text): return cls(*map(int, text.split(".")))
versions = sorted(map(Version.parse, ["1.10", "1.2", "0.9"]))
print(versions, max(versions), replace(versions[0], minor=5), Version(1) == Version(1, 0, ("x",)), hash(Version(1)) == hash(Version(1)))
try:
    versions[0].major = 3
except FrozenInstanceError as error:
    print(error)
@dataclass
class Cart:
    owner: str
    items: list[str] = field(default_factory=list)
    total: float = field(init=False, repr=False, default=0)
    def __post_init__(self): self.total = len(self.items) * 1.5
cart = Cart("me", ["a", "b"])
print(cart, cart.total, asdict(cart), astuple(cart), [f.name for f in fields(cart)])
T = TypeVar("T")
class Stack(Generic[T]):
    def __init__(self) -> None: self.items: list[T] = []
    def push(self, item: T) -> "Stack[T]": self.items.append(item); return self
print(Stack[int]().push(1).push(2).items, get_type_hints(Point), Optional[int])
@runtime_checkable
class Quacks(Protocol):
    def quack(self) -> str: ...
class Duck:
    def quack(self): return "quack"
class Movie(TypedDict, total=False):
    title: str
    year: int
print(isinstance(Duck(), Quacks), isinstance(3, Quacks), Movie(title="x"), sorted(Movie.__optional_keys__))
defaults = ChainMap({"b": 2}, {"a": 1, "b": 0})
print(dict(sorted(defaults.items())), defaults["b"], Counter("hello") - Counter("lo"), (Counter(a=3) | Counter(a=1, b=2)).most_common(), namedtuple("R", "a b", defaults=[9])(1))
