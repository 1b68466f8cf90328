import argparse
import json
import os
import sys


def build():
    parser = argparse.ArgumentParser(prog="stock", description="Keeps a stock.", exit_on_error=False)
    parser.add_argument("--file", default="stock.json")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add")
    add.add_argument("name")
    add.add_argument("count", type=int, nargs="?", default=1)
    add.add_argument("--tag", action="append", choices=["food", "tool"])
    listing = commands.add_parser("list")
    listing.add_argument("--min", type=float, metavar="N")
    return parser


def main(arguments):
    options = build().parse_args(arguments)
    stock = json.load(open(options.file)) if os.path.exists(options.file) else {}
    if options.command == "add":
        entry = stock.setdefault(options.name, {"count": 0, "tags": []})
        entry["count"] += options.count
        entry["tags"] = sorted({*entry["tags"], *(options.tag or [])})
        with open(options.file, "w") as file:
            json.dump(stock, file)
    else:
        for name, entry in sorted(stock.items()):
            if entry["count"] >= (options.min or 0):
                print(f"{name:<8}{entry['count']:>4} {','.join(entry['tags'])}")
    if options.verbose > 1:
        print(options)


main(["add", "apple", "5", "--tag", "food"])
main(["add", "hammer", "--tag", "tool", "--tag", "food"])
main(["-vv", "add", "apple"])
main(["list"])
main(["list", "--min", "2"])
print(json.load(open("stock.json")))
sys.stdout.flush()
main(["add"])
