import io
import os
import sys

text = io.StringIO("one\ntwo\r\nthree", newline=None)
print(text.readline(), text.tell(), text.read(), text.seek(0), [line.rstrip() for line in text])
raw = io.BytesIO()
wrapper = io.TextIOWrapper(raw, encoding="utf-16", newline="\r\n", write_through=True)
wrapper.write("é\n")
print(raw.getvalue(), wrapper.encoding, wrapper.detach() is raw)
with open("log.txt", "w", encoding="utf-8", newline="\n") as file:
    print("a", "b", sep="|", end="!\n", file=file)
    file.writelines(["x\n", "é\n"])
    print(file.name, file.mode, file.closed, file.writable(), file.readable())
with open("log.txt", "rb+") as file:
    print(file.readline(), file.seek(-3, os.SEEK_END), file.read(), file.peek(1) if hasattr(file, "peek") else None)
with open("log.txt", "a") as file:
    print(file.tell(), file.write("more"))
with open("log.txt", encoding="utf-8") as file:
    print(list(file), file.newlines, next(file, "end"))
for bad in (lambda: open("log.txt", "q"), lambda: open("log.txt", "x"), lambda: file.read(), lambda: open("log.txt", "rb", encoding="x"), lambda: io.BytesIO().write("s"), lambda: open("log.txt").write("no")):
    try:
        bad()
    except (ValueError, OSError, TypeError) as error:
        print(type(error).__name__, error)
out, sys.stdout = sys.stdout, io.StringIO()
print("captured")
captured, sys.stdout = sys.stdout.getvalue(), out
print(repr(captured), end="")
print("", flush=True)
sys.stdout.write("written\n")
print(*range(3), sep=", ", file=sys.stderr)
descriptor = os.open("low.txt", os.O_CREAT | os.O_RDWR, 0o600)
print(os.write(descriptor, b"low level"), os.lseek(descriptor, 4, 0), os.read(descriptor, 10), os.fstat(descriptor).st_size)
os.close(descriptor)
with open("low.txt", "r+") as file:
    file.truncate(3)
print(open("low.txt").read(), os.path.getsize("low.txt"))
