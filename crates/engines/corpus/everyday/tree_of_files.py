import fnmatch
import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath
with tempfile.TemporaryDirectory() as folder:
    root = Path(folder, "project")
    for name in ("src/main.py", "src/lib/util.py", "docs/index.md", "docs/img/logo.txt", "README.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name * 2)
    def show(path, indent=0):
        for child in sorted(path.iterdir(), key=lambda p: (p.is_file(), p.name)):
            print("  " * indent + child.name + ("/" if child.is_dir() else f" ({child.stat().st_size})"))
            if child.is_dir():
                show(child, indent + 1)
    show(root)
    print(sorted(p.relative_to(root).as_posix() for p in root.rglob("*.py")), sorted(p.name for p in root.glob("*/*.md")))
    for base, folders, files in os.walk(root):
        folders.sort()
        print(os.path.relpath(base, root), folders, sorted(files))
    shutil.copytree(root / "docs", root / "copy", ignore=shutil.ignore_patterns("img"))
    shutil.move(root / "README.md", root / "copy" / "READ.ME")
    os.rename(root / "src" / "main.py", root / "src" / "app.py")
    print(sorted(os.listdir(root / "copy")), (root / "src/app.py").exists(), (root / "README.md").exists())
    print(sum(p.stat().st_size for p in root.rglob("*") if p.is_file()), fnmatch.filter(["a.py", "b.txt"], "*.py"))
    for action in (lambda: (root / "none").read_text(), lambda: (root / "src").rmdir(), lambda: (root / "docs").mkdir(), lambda: os.listdir(root / "docs/index.md")):
        try:
            action()
        except OSError as error:
            print(type(error).__name__, error.errno, error.strerror)
    shutil.rmtree(root)
    print(os.listdir(folder))
print(PurePosixPath("/a/b/../c.tar.gz").suffixes, PurePosixPath("a/b").parts, PurePosixPath("/x/y.txt").with_suffix(".md"), os.path.normpath("/a/b/../c"), os.path.splitext("x.tar.gz"), os.path.commonpath(["/a/b", "/a/c"]))
