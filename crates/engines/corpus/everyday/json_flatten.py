import json
def flatten(value, prefix=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flatten(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flatten(inner, f"{prefix}[{index}]")
    else:
        yield prefix, value
document = json.loads('{"user": {"name": "Zoë", "tags": ["a", "b"]}, "active": true, "score": 1.5e3, "note": null}')
for path, value in flatten(document):
    print(path, "=", repr(value))
print(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))
