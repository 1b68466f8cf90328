import array
import struct

header = struct.pack(">4sHIf", b"RIFF", 2, 70000, 1.5)
print(header, struct.unpack(">4sHIf", header), struct.calcsize("<bhiq"), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")))
view = memoryview(bytearray(b"abcdef"))
view[1:3] = b"XY"
print(bytes(view), bytes.fromhex("dead beef"), int.from_bytes(b"\x01\x00", "little"), (1000).to_bytes(2, "big"))
print(array.array("h", [1, -2]).tobytes(), b"a b".split(), "naïve".encode("latin-1"), b"\xff".decode("utf-8", "replace"), bytearray(3))
try:
    b"\xff\xfe".decode("utf-8")
except UnicodeDecodeError as error:
    print(error)
