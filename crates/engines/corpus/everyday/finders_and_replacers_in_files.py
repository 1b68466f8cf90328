import collections
import difflib
import fileinput
import os
import pathlib
import re
import sys

pathlib.Path("notes").mkdir()
for number, text in enumerate(["todo: buy milk\ndone: call Bob\n", "todo: write report\nidea: rest\ntodo: sleep\n", "nothing here\n"]):
    pathlib.Path(f"notes/{number}.txt").write_text(text)
counts = collections.Counter()
for path in sorted(pathlib.Path("notes").glob("*.txt")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r"(\w+): (.*)", line):
            counts[match[1]] += 1
            print(f"{path.as_posix()}:{number}: {match[2]}")
print(counts.most_common())
with fileinput.input(sorted(map(str, pathlib.Path("notes").iterdir())), inplace=True) as lines:
    for line in lines:
        sys.stdout.write(line.replace("todo", "TODO"))
print(pathlib.Path("notes/1.txt").read_text())
before, after = "one\ntwo\nthree\n".splitlines(True), "one\n2\nthree\nfour\n".splitlines(True)
sys.stdout.writelines(difflib.unified_diff(before, after, "before", "after"))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach"]), round(difflib.SequenceMatcher(None, "kitten", "sitting").ratio(), 4))
print(difflib.SequenceMatcher(None, "abxcd", "abcd").get_opcodes())
longest = max((p for p in pathlib.Path("notes").iterdir()), key=lambda p: p.stat().st_size)
print(longest.name, os.path.relpath(longest, "notes"), [p.name for p in sorted(pathlib.Path().rglob("*")) if p.is_file() and p.suffix == ".txt"])
words = re.findall(r"[a-z]+", " ".join(p.read_text().lower() for p in sorted(pathlib.Path("notes").iterdir())))
print(sorted(set(words)), len(words))
