import gzip
import io
import tarfile
import zipfile
from pathlib import Path

Path("in").mkdir()
for name in ("a.txt", "b.txt"):
    Path("in", name).write_text(name * 3)
with zipfile.ZipFile("out.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(Path("in").iterdir()):
        archive.write(path, path.name)
    archive.writestr("made/c.txt", "from memory")
with zipfile.ZipFile("out.zip") as archive:
    print([(info.filename, info.file_size) for info in archive.infolist()], archive.read("made/c.txt"), archive.testzip())
with tarfile.open("out.tar.gz", "w:gz") as archive:
    archive.add("in", arcname="data")
    info = tarfile.TarInfo("note")
    info.size = 5
    archive.addfile(info, io.BytesIO(b"hello"))
with tarfile.open("out.tar.gz") as archive:
    print(sorted(archive.getnames()), archive.extractfile("note").read())
with gzip.open("t.gz", "wt", encoding="utf-8") as file:
    file.write("line\n" * 1000)
print(len(gzip.decompress(Path("t.gz").read_bytes())), Path("t.gz").stat().st_size < 100)
try:
    zipfile.ZipFile("t.gz")
except zipfile.BadZipFile as error:
    print(error)
