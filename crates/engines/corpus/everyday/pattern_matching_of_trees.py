from dataclasses import dataclass


@dataclass
class Number:
    value: float


@dataclass
class Operation:
    symbol: str
    left: object
    right: object


def evaluate(node):
    match node:
        case Number(value):
            return value
        case Operation("+", left, right):
            return evaluate(left) + evaluate(right)
        case Operation("*", Number(0), _) | Operation("*", _, Number(0)):
            return 0
        case Operation(symbol="*", left=left, right=right):
            return evaluate(left) * evaluate(right)
        case Operation(symbol):
            raise ValueError(f"unknown {symbol}")


def describe(thing):
    match thing:
        case None | True | False:
            return "constant"
        case int(n) if n < 0:
            return "negative"
        case int() | float():
            return "number"
        case str() as text if text.isupper():
            return f"loud {text.lower()}"
        case []:
            return "empty"
        case [single]:
            return f"only {single}"
        case [first, *_, last] if first == last:
            return "same ends"
        case [1, [x, y]] if x < y:
            return f"rising {x},{y}"
        case {"kind": "user", "name": str(name), **rest}:
            return f"user {name} with {sorted(rest)}"
        case {}:
            return "mapping"
        case (a, b):
            return f"pair {a} {b}"
        case _:
            return type(thing).__name__


print(evaluate(Operation("+", Number(2), Operation("*", Number(3), Number(4)))), evaluate(Operation("*", Number(0), None)))
for thing in (None, -3, 2.5, "HEY", "hey", [], [7], [1, 2, 1], [1, [2, 3]], {"kind": "user", "name": "Al", "age": 3}, {"x": 1}, ("a", "b"), {1, 2}):
    print(repr(thing), "->", describe(thing))
try:
    evaluate(Operation("/", Number(1), Number(2)))
except ValueError as error:
    print(error)
match {"a": [1, {"b": 2}]}:
    case {"a": [1, {"b": deep}]}:
        print("deep", deep)
