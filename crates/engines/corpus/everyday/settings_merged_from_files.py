import configparser
import json
import os
import tomllib

with open("base.toml", "w") as file:
    file.write('title = "demo"\n[server]\nport = 80\nhosts = ["a", "b"]\n[server.tls]\nenabled = true\nsince = 2024-01-02\n')
with open("local.json", "w") as file:
    json.dump({"server": {"port": 8080, "tls": {"cert": "x.pem"}}, "debug": None}, file, indent=2)
with open("old.ini", "w") as file:
    file.write("[paths]\nhome = /srv\ndata = %(home)s/data\n[flags]\nverbose = yes\ncount = 3\n")


def merge(base, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


with open("base.toml", "rb") as file:
    settings = tomllib.load(file)
with open("local.json") as file:
    merge(settings, json.load(file))
print(json.dumps(settings, default=str, sort_keys=True))
parser = configparser.ConfigParser()
parser.read("old.ini")
print(parser["paths"]["data"], parser.getboolean("flags", "verbose"), parser.getint("flags", "count"), parser.sections())
print(parser.get("flags", "missing", fallback="default"), parser.has_option("paths", "home"))
parser["new"] = {"key": "value"}
with open("new.ini", "w") as file:
    parser.write(file)
print(open("new.ini").read().splitlines()[-3:])
try:
    tomllib.loads("a = ")
except tomllib.TOMLDecodeError as error:
    print(error)
try:
    json.loads('{"a": 1,}')
except json.JSONDecodeError as error:
    print(error, error.lineno, error.colno)
print(os.path.getsize("local.json"), json.loads("[1e3, -0, 1.0, true]"), json.dumps({"é": "\u2028"}), json.dumps([float("inf")]))
