import errno
import os

for action in (
    lambda: open("missing.txt"),
    lambda: os.mkdir("there") or os.mkdir("there"),
    lambda: open("there"),
    lambda: os.rmdir("missing"),
    lambda: os.listdir("there/no"),
    lambda: open("there/x/y", "w"),
    lambda: os.rename("nothing", "something"),
    lambda: os.remove("nothing"),
    lambda: os.chdir("nowhere"),
    lambda: os.stat("nothing"),
):
    try:
        action()
    except OSError as error:
        print(type(error).__name__, error.errno, errno.errorcode[error.errno], error.strerror, error.filename, error.filename2)
for number in (errno.ENOENT, errno.EEXIST, errno.EACCES, errno.EPIPE, errno.ENOTDIR, errno.ETIMEDOUT, errno.ENOSPC):
    print(repr(OSError(number, os.strerror(number), "name")))
print(os.path.exists("there"), isinstance(FileExistsError(), OSError), OSError("only words").errno, IOError is OSError)
try:
    try:
        open("missing.txt")
    except FileNotFoundError as error:
        raise RuntimeError("no settings") from error
except RuntimeError as error:
    print(error, "<-", repr(error.__cause__))
