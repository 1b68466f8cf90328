import json
from pathlib import Path
path = Path("events.jsonl")
events = [{"id": n, "kind": ["click", "view", "buy"][n % 3], "value": n * 1.5, "who": None if n % 4 else "zoë"} for n in range(7)]
with path.open("w", encoding="utf-8") as file:
    for event in events:
        file.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
with path.open(encoding="utf-8") as file:
    read = [json.loads(line) for line in file]
assert read == events
print(path.stat().st_size, "bytes,", sum(1 for _ in path.open()), "lines")
by_kind = {}
for event in read:
    by_kind.setdefault(event["kind"], []).append(event["value"])
print(json.dumps({kind: {"n": len(values), "sum": sum(values)} for kind, values in by_kind.items()}, indent=2))
for broken in ['{"a": 1,}', "[1, 2", '{"a" 1}', "nul", ""]:
    try:
        json.loads(broken)
    except json.JSONDecodeError as error:
        print(repr(broken), "->", type(error).__name__, error.lineno, error.colno)
print(json.dumps([float("inf"), 1e20, 10**20, 0.1 + 0.2, "\u2028", "\x00"]))
class Encoder(json.JSONEncoder):
    def default(self, value):
        return sorted(value) if isinstance(value, set) else super().default(value)
print(json.dumps({"s": {3, 1, 2}}, cls=Encoder), json.loads("[1.10]", parse_float=str))
