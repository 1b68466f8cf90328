import os
import shutil
from pathlib import Path

root = Path("project")
(root / "src" / "deep").mkdir(parents=True)
for number in range(3):
    (root / "src" / f"mod{number}.txt").write_text(f"line {number}\n" * (number + 1))
(root / "src" / "deep" / "note.md").write_text("# Title\n\nText with ünïcode\n", encoding="utf-8")

for path in sorted(root.rglob("*")):
    kind = "d" if path.is_dir() else "f"
    print(kind, path.as_posix(), path.stat().st_size if kind == "f" else "-")

print(sum(len(p.read_text().splitlines()) for p in root.glob("src/*.txt")))
print([p.name for p in sorted(root.rglob("*.md"))], Path("a/b.tar.gz").suffixes, Path("x.py").stem)
os.rename(root / "src" / "mod0.txt", root / "first.txt")
print(sorted(os.listdir(root)))
with open(root / "first.txt", "a+") as file:
    file.write("more\n")
    file.seek(0)
    print(file.read().split())
shutil.rmtree(root)
print(root.exists())
try:
    open("missing/file.txt")
except FileNotFoundError as error:
    print(type(error).__name__, error)
