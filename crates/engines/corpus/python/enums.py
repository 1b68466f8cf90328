from enum import Enum, Flag, IntEnum, StrEnum, auto, unique


@unique
class Color(Enum):
    RED = "#f00"
    GREEN = "#0f0"

    @property
    def rgb(self):
        return tuple(int(c * 2, 16) for c in self.value[1:])


class Level(IntEnum):
    LOW = auto()
    HIGH = auto()


class Access(Flag):
    READ = auto()
    WRITE = auto()
    ALL = READ | WRITE


class Kind(StrEnum):
    FILE = auto()


print(Color("#f00"), Color.GREEN.rgb, list(Color), Color["RED"] is Color.RED)
print(Level.HIGH > Level.LOW, Level.HIGH + 1, f"{Level.HIGH}", repr(Level.LOW))
print(Access.READ in Access.ALL, Access.ALL, ~Access.READ, Kind.FILE == "file")
try:
    Color("#00f")
except ValueError as error:
    print(error)
