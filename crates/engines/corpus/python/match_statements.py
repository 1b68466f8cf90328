from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int


def describe(value):
    match value:
        case None:
            return "nothing"
        case int() | float() if value > 100:
            return "big"
        case int(n):
            return f"int {n}"
        case "go" | "run" as word:
            return f"verb {word}"
        case [first, *rest]:
            return f"list {first} + {len(rest)}"
        case {"type": "circle", "r": radius, **others}:
            return f"circle {radius} {others}"
        case Point(x=0, y=y):
            return f"on the axis at {y}"
        case Point(x, y):
            return f"point {x},{y}"
        case _:
            return "unknown"


for value in (None, 500, 7, "run", [1, 2, 3], {"type": "circle", "r": 2, "fill": 1}, Point(0, 3), Point(1, 2), object):
    print(describe(value))
