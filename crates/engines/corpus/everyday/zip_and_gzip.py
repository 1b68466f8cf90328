import gzip, io, zipfile, zlib, base64
data = b"hello " * 100
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a.txt", data)
    archive.writestr("dir/b.txt", "second")
with zipfile.ZipFile(buffer) as archive:
    print(archive.namelist(), len(archive.read("a.txt")), archive.testzip())
print(gzip.decompress(gzip.compress(data)) == data, zlib.crc32(data), zlib.adler32(data))
print(base64.b64encode(b"\x00\xff binary").decode(), base64.b32encode(b"hi"))
