import io
import tarfile
import zipfile
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a.txt", "alpha " * 100)
    archive.writestr("folder/b.txt", "beta")
with zipfile.ZipFile(buffer) as archive:
    for info in archive.infolist():
        print(info.filename, info.file_size, info.compress_size < info.file_size, archive.testzip())
    print(archive.read("folder/b.txt"), sorted(archive.namelist()))
    archive.extractall("out")
    try:
        archive.read("nothing")
    except KeyError as error:
        print("KeyError", error)
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
    for name, text in {"x/one.txt": b"1", "x/two.txt": b"22"}.items():
        info = tarfile.TarInfo(name)
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
buffer.seek(0)
with tarfile.open(fileobj=buffer) as archive:
    print(archive.getnames(), archive.extractfile("x/two.txt").read(), [member.size for member in archive])
try:
    zipfile.ZipFile(io.BytesIO(b"no archive"))
except zipfile.BadZipFile as error:
    print(error)
print(open("out/folder/b.txt").read(), zipfile.is_zipfile(io.BytesIO(b"x")))
