import struct
import zlib
from pathlib import Path
width, height = 4, 3
rows = b"".join(bytes([x * 60, y * 80, 128]) for y in range(height) for x in range(width))
header = struct.pack("<2sIHHI", b"BM", 54 + (width * 3) * height, 0, 0, 54)
details = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 24, 0, len(rows), 2835, 2835, 0, 0)
Path("tiny.bmp").write_bytes(header + details + rows)
data = Path("tiny.bmp").read_bytes()
kind, size, _, _, offset = struct.unpack_from("<2sIHHI", data)
print(kind, size, len(data), offset, struct.unpack_from("<ii", data, 18))
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
lines = b"".join(b"\0" + rows[y * width * 3:(y + 1) * width * 3] for y in range(height))
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
place = 8
while place < len(png):
    length, kind = struct.unpack_from(">I4s", png, place)
    print(kind.decode(), length, f"{struct.unpack_from('>I', png, place + 8 + length)[0]:08x}" if kind != b"IDAT" else "")
    place += 12 + length
print(struct.calcsize("<hiqd"), struct.pack(">f", 3.14).hex(), struct.unpack("<?xh", b"\x01\x00\x02\x00"), list(struct.iter_unpack("<H", b"\1\0\2\0")))
