from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass, field, replace
from typing import ClassVar, Optional, get_type_hints


@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    tags: tuple[str, ...] = field(default=(), compare=False)


@dataclass(slots=True, kw_only=True)
class Node:
    name: str
    parent: Optional[Node] = None
    children: list[Node] = field(default_factory=list, repr=False)
    count: ClassVar[int] = 0

    def __post_init__(self):
        if self.parent:
            self.parent.children.append(self)


root = Node(name="root")
leaf = Node(name="leaf", parent=root)
print(leaf, len(root.children))
print(sorted([Version(1, 2), Version(1), Version(0, 9)]), replace(Version(1), minor=7))
print(asdict(Version(1, tags=("x",))), get_type_hints(Version)["tags"], [f.name for f in dataclasses.fields(Node)])
try:
    Version(1).major = 2
except dataclasses.FrozenInstanceError as error:
    print(repr(error))
