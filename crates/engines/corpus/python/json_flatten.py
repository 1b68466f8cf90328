import json

document = json.loads('{"user": {"name": "Zoë", "tags": ["a", "b"], "address": {"city": "Köln", "zip": null}}, "ok": true, "n": 1e3}')


def flatten(value, prefix=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flatten(item, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from flatten(item, f"{prefix}[{index}]")
    else:
        yield prefix, value


for path, value in flatten(document):
    print(path, "=", json.dumps(value, ensure_ascii=False))
print(json.dumps(document, indent=2, sort_keys=True))
try:
    json.loads("{bad}")
except json.JSONDecodeError as error:
    print("error:", error.msg, error.lineno, error.colno)
