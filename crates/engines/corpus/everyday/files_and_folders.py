import json, os, shutil, tempfile
from pathlib import Path
root = Path("project")
(root / "src" / "deep").mkdir(parents=True)
(root / "src" / "main.py").write_text("print('hi')\n")
(root / "src" / "deep" / "data.json").write_text(json.dumps({"a": [1, 2]}))
(root / "notes.txt").write_bytes("früh\n".encode())
for path in sorted(root.rglob("*")):
    print(path.as_posix(), path.is_dir(), path.stat().st_size if path.is_file() else "")
print([name for _, _, names in os.walk(root) for name in sorted(names)])
shutil.copy(root / "notes.txt", root / "copy.txt")
(root / "copy.txt").rename(root / "moved.txt")
print(os.path.exists("project/moved.txt"), Path("project/notes.txt").read_text(encoding="utf-8"), end="")
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "x").touch()
    print(os.listdir(folder))
try:
    open("missing.txt")
except FileNotFoundError as error:
    print(error, error.errno)
shutil.rmtree(root)
print(root.exists())
