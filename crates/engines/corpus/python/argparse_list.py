"""Resizes pictures."""
import argparse

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("files", nargs="+")
parser.add_argument("-s", "--size", type=int, default=100, help="pixels (default: %(default)s)")
parser.add_argument("--mode", choices=["fit", "fill"], default="fit")
parser.add_argument("-v", action="count", default=0)
commands = argparse.ArgumentParser(prog="tool").add_subparsers(dest="command")
commands.add_parser("go").add_argument("--fast", action="store_true")
print(parser.parse_args(["a.png", "b.png", "-s", "20", "-vv"]))
print(parser.parse_args([], argparse.Namespace(files=["x"])) if False else parser.parse_args(["x"]).mode)
parser.print_help()
parser.parse_args(["a.png", "--size", "big"])
