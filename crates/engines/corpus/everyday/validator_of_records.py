RULES = {"name": (str, lambda v: 0 < len(v) <= 20), "age": (int, lambda v: 0 <= v < 150), "email": (str, lambda v: "@" in v), "tags": (list, None)}
def check(record):
    for field, (kind, rule) in RULES.items():
        if field not in record:
            yield f"{field}: missing"
        elif not isinstance(record[field], kind) or isinstance(record[field], bool):
            yield f"{field}: {kind.__name__} wanted, {type(record[field]).__name__} given"
        elif rule and not rule(record[field]):
            yield f"{field}: {record[field]!r} is out of bounds"
    for field in sorted(record.keys() - RULES.keys()):
        yield f"{field}: not known"
records = [
    {"name": "Ada", "age": 36, "email": "ada@example.org", "tags": []},
    {"name": "", "age": 200, "email": "nobody", "tags": ()},
    {"name": "Bob", "age": True, "colour": "red", "zip": 1},
]
for record in records:
    problems = list(check(record))
    print(record.get("name") or "(nameless)", "is fine" if not problems else "has %d problems" % len(problems))
    for problem in problems:
        print("  -", problem)
