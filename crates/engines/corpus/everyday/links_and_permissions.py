import os
import pathlib
import shutil
import stat

pathlib.Path("a.txt").write_text("data")
os.symlink("a.txt", "link.txt")
print(os.path.islink("link.txt"), os.readlink("link.txt"), pathlib.Path("link.txt").resolve().name, open("link.txt").read())
print(stat.filemode(os.lstat("link.txt").st_mode)[0], stat.S_ISREG(os.stat("a.txt").st_mode), stat.S_ISDIR(os.stat(".").st_mode))
os.makedirs("x/y/z", exist_ok=True)
pathlib.Path("x/y/z/f.bin").write_bytes(bytes(10))
for entry in sorted(os.scandir("x/y"), key=lambda e: e.name):
    print(entry.name, entry.is_dir(), entry.path)
print([(folder, dirs, files) for folder, dirs, files in os.walk("x")])
print([p.as_posix() for p in sorted(pathlib.Path("x").rglob("*"))], sum(f.stat().st_size for f in pathlib.Path("x").rglob("*.bin")))
shutil.move("x/y", "moved")
shutil.copy2("a.txt", "moved/copy.txt")
print(sorted(os.listdir("moved")), os.path.exists("x/y"))
os.replace("a.txt", "b.txt")
print(os.path.lexists("link.txt"), os.path.exists("link.txt"), pathlib.Path("b.txt").samefile("./b.txt"))
os.utime("b.txt", (1000, 2000))
print(os.stat("b.txt").st_mtime, int(os.path.getmtime("b.txt")), os.access("b.txt", os.R_OK), os.access("none", os.F_OK))
try:
    os.rmdir("moved")
except OSError as error:
    print(type(error).__name__, error.strerror)
shutil.rmtree("moved")
os.unlink("link.txt")
print(sorted(name for name in os.listdir(".") if not name.startswith("main")), pathlib.Path.cwd() == pathlib.Path(".").resolve(), pathlib.Path("b.txt").read_text(), pathlib.Path("x").is_dir())
