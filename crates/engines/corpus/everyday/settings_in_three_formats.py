import argparse
import configparser
import csv
import io
import json
import shlex
import tomllib
ini = configparser.ConfigParser(defaults={"base": "/srv"})
ini.read_string("[web]\nroot = %(base)s/www\nport = 8080\ndebug = yes\n[db]\nhosts =\n  a\n  b\n")
print(ini["web"]["root"], ini.getint("web", "port"), ini.getboolean("web", "debug"), ini.get("db", "hosts").split(), ini.sections(), ini.get("web", "none", fallback="-"))
out = io.StringIO()
ini["new"] = {"k": "v"}
ini.remove_section("db")
ini.write(out)
print(out.getvalue())
toml = tomllib.loads('title = "x"\n[owner]\nborn = 1979-05-27T07:32:00Z\n[[item]]\nn = 1\n[[item]]\nn = 2\ntags = ["a", "b"]\nratio = 1e-3\n')
print(toml["owner"]["born"].isoformat(), toml["item"], toml["title"])
try:
    tomllib.loads("a = \n")
except tomllib.TOMLDecodeError as error:
    print(type(error).__name__)
parser = argparse.ArgumentParser(prog="tool")
parser.add_argument("files", nargs="+")
parser.add_argument("-n", "--number", type=int, default=1, choices=range(1, 4))
parser.add_argument("-v", action="count", default=0)
group = parser.add_mutually_exclusive_group()
group.add_argument("--on", action="store_true")
group.add_argument("--off", dest="on", action="store_false")
print(parser.parse_args(shlex.split("-vv --number 2 'a file' b --on")), parser.parse_known_args(["x", "--what"])[1])
for bad in ("", "a -n 9", "a --on --off"):
    try:
        parser.parse_args(bad.split())
    except SystemExit as error:
        print("left with", error.code)
rows = list(csv.reader(io.StringIO('a;"b;c";"say ""hi"""\n1;2;\n'), delimiter=";"))
writer = csv.writer(io.StringIO(), quoting=csv.QUOTE_NONNUMERIC)
print(rows, csv.Sniffer().sniff("a|b|c\n1|2|3\n").delimiter, shlex.quote("it's"), shlex.join(["a b", "c"]), json.dumps(rows))
