import fnmatch
import glob
import os
import pathlib
import tempfile

with tempfile.TemporaryDirectory() as folder:
    base = pathlib.Path(folder)
    for name in ("a.txt", "b.txt", "c.csv", ".hidden", "sub/d.txt", "sub/deeper/e.TXT"):
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    print(sorted(p.name for p in base.glob("*.txt")), sorted(p.relative_to(base).as_posix() for p in base.rglob("*.txt")))
    print(sorted(os.path.relpath(p, folder) for p in glob.glob(folder + "/**/*", recursive=True)))
    print(fnmatch.filter(["x.py", "y.pyc", "z.PY"], "*.py"), [p.suffix for p in sorted(base.iterdir())])
    sizes = {p.name: p.stat().st_size for p in base.rglob("*") if p.is_file()}
    print(dict(sorted(sizes.items())))
    target = base / "moved.txt"
    (base / "a.txt").rename(target)
    print(target.exists(), (base / "a.txt").exists(), target.with_suffix(".md").name, target.stem)
    (base / "sub" / "d.txt").unlink()
    print([p.name for p in (base / "sub").iterdir()])
print(os.path.exists(folder))
with tempfile.NamedTemporaryFile("w+", suffix=".log", delete=False) as file:
    file.write("one\ntwo\n")
    file.seek(0)
    print(file.readlines(), file.name.endswith(".log"))
os.unlink(file.name)
path = pathlib.PurePosixPath("/usr/lib/../bin/python3.tar.gz")
print(path.parts, path.suffixes, path.parent.name, path.is_absolute(), pathlib.PurePosixPath("a/b").joinpath("../c"))
