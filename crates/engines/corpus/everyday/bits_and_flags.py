from enum import Flag, IntEnum, IntFlag, StrEnum, auto, unique
class Access(Flag):
    READ = auto()
    WRITE = auto()
    EXECUTE = auto()
    ALL = READ | WRITE | EXECUTE
mine = Access.READ | Access.WRITE
print(mine, mine & ~Access.READ, Access.EXECUTE in mine, [flag.name for flag in mine], bool(mine & Access.EXECUTE), Access(7) is Access.ALL)
class Level(IntEnum):
    LOW, MIDDLE, HIGH = 1, 5, 10
print(sorted([Level.HIGH, Level.LOW]), Level.MIDDLE + 1, Level(10).name, Level["LOW"], max(Level))
class Colour(StrEnum):
    RED = auto()
    DARK_BLUE = "dark blue"
print(Colour.RED, f"{Colour.DARK_BLUE:>12}", Colour("red") == "red", list(Colour))
try:
    @unique
    class Twice(IntFlag):
        A = 1
        B = 1
except ValueError as error:
    print(error)
gray = [n ^ n >> 1 for n in range(8)]
print([f"{g:03b}" for g in gray], 0b1011 & -0b1011, ~5, 5 ^ 3, 1 << 40, -17 >> 2, (0xDEADBEEF).to_bytes(5, "little").hex(), int.from_bytes(b"\xff\x00", "big", signed=True))
def popcount(n):
    count = 0
    while n:
        n &= n - 1
        count += 1
    return count
print([popcount(n) for n in (0, 1, 255, 2**64 - 1)], (255).bit_count(), hex(-255), oct(8), int("0b101", 0))
