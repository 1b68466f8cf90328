from dataclasses import dataclass, field, asdict, replace
from enum import Enum
class Kind(Enum):
    TOOL = "tool"
    PART = "part"
@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    kind: Kind = field(default=Kind.PART, compare=False)
    tags: list[str] = field(default_factory=list, compare=False, repr=False)
items = [Item(3.5, "saw", Kind.TOOL), Item(0.1, "nail"), Item(1.25, "hinge", tags=["brass"])]
print(sorted(items))
print(asdict(max(items)), replace(items[1], price=0.2))
try:
    Item()
except TypeError as error:
    print(error)
