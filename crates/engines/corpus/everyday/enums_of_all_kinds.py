from enum import Enum, Flag, IntEnum, StrEnum, auto, unique


class Colour(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def pretty(self):
        return self.name.title()


class Access(Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()
    ALL = READ | WRITE | RUN


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Unit(StrEnum):
    METRE = auto()
    FOOT = "ft"


print(list(Colour), Colour.CRIMSON, Colour(2).pretty, Colour["RED"] is Colour.CRIMSON, repr(Colour.GREEN))
print(Access.READ | Access.RUN, Access.ALL & ~Access.WRITE, Access.WRITE in Access.ALL, list(Access.ALL), Access(0))
print(Level.HIGH > 5, Level.LOW + 1, f"{Level.HIGH:>4}", Unit.METRE, f"{Unit.FOOT!r}", Unit("ft").upper())
try:
    Colour(9)
except ValueError as error:
    print(error)
try:
    unique(Enum("Twice", {"A": 1, "B": 1}))
except ValueError as error:
    print(error)
print(Colour.__members__.keys(), {Colour.RED: "r"}[Colour.CRIMSON], len(Colour))
