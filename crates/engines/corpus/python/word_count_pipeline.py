import collections
import pathlib
import re
import sys

TEXT = """It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness"""
pathlib.Path("book.txt").write_text(TEXT)
words = re.findall(r"[a-z']+", pathlib.Path("book.txt").read_text().lower())
counts = collections.Counter(words)
width = max(map(len, counts))
for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5]:
    print(f"{word:>{width}} {'#' * count}")
print(f"{len(words)} words, {len(counts)} distinct", file=sys.stderr)
