import json
attempts = {
    "index": lambda: [1, 2][5], "key": lambda: {"a": 1}["b"], "attribute": lambda: (1).missing, "name": lambda: undefined_thing,
    "type": lambda: "a" + 1, "arguments": lambda: (lambda x: x)(1, 2), "value": lambda: int("12x"), "zero": lambda: 5 % 0,
    "unpack": lambda: (lambda a, b: 0)(*[1]), "overflow": lambda: 10.0 ** 400, "decode": lambda: b"\xff\xfe".decode(), "encode": lambda: "é".encode("ascii"),
    "import": lambda: __import__("os.no_such_part"), "file": lambda: open("no/such/file.txt"), "recursion": lambda: (lambda f: f(f))(lambda f: f(f)),
    "stop": lambda: next(iter([])), "assertion": lambda: (_ for _ in ()).throw(AssertionError("must hold")), "lookup": lambda: "x".encode("no-such-codec"),
    "keyword": lambda: print(bad=1), "iterate": lambda: list(5), "hash": lambda: {[]: 1}, "compare": lambda: 1 < "a",
    "range": lambda: [].pop(), "remove": lambda: [1].remove(2), "set": lambda: frozenset([1]).add(2), "json": lambda: json.loads("{"), "syntax": lambda: compile("a b", "x", "exec"),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except Exception as error:
        print(f"{name:<10} {type(error).__name__}: {(str(error).splitlines() or ['-'])[0][:90]}")
class AppError(Exception):
    def __init__(self, code, message): super().__init__(message); self.code = code
try:
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise AppError(42, "outer") from error
except AppError as error:
    print(error, error.code, repr(error.__cause__), error.args, error.__suppress_context__)
def tidy():
    try:
        return "try"
    finally:
        print("finally")
print(tidy())
try:
    raise ValueError("with a note")
except ValueError as error:
    error.add_note("look here")
    print(error.__notes__)
else:
    print("not here")
