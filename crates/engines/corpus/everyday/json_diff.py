import json

MISSING = object()


def changes(old, new, path="$"):
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from changes(old.get(key, MISSING), new.get(key, MISSING), f"{path}.{key}")
    elif old is MISSING:
        yield "added", path, new
    elif new is MISSING:
        yield "removed", path, old
    elif old != new:
        yield "changed", path, (old, new)


before = json.loads('{"name": "Zoë", "age": 41, "tags": ["a"], "address": {"city": "Oslo", "zip": "0150"}, "score": 1.5e3}')
after = json.loads('{"name": "Zoë", "age": 42, "tags": ["a", "b"], "address": {"city": "Oslo"}, "email": null}')
for kind, path, value in changes(before, after):
    print(f"{kind:<8}{path:<16}{value!r}")
print(json.dumps(after, ensure_ascii=False, sort_keys=True, indent=1))
