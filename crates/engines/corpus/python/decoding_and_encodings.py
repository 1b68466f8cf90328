from pathlib import Path

Path("latin.txt").write_bytes("größe".encode("latin-1"))
for encoding in ("latin-1", "utf-8", "cp1252"):
    try:
        print(encoding, Path("latin.txt").read_text(encoding=encoding))
    except UnicodeDecodeError as error:
        print(encoding, error.reason)
Path("bom.txt").write_text("x", encoding="utf-8-sig")
print(Path("bom.txt").read_bytes(), open("bom.txt").encoding.lower(), Path("n.txt").write_text("a\r\nb\n", newline=""))
print(Path("n.txt").read_text().splitlines(), open("n.txt", newline="").read())
