import array
import struct
import sys

numbers = array.array("i", [3, 1, 2])
numbers.extend(range(3))
numbers.byteswap()
numbers.byteswap()
print(numbers, numbers.itemsize, numbers.tobytes()[:4], sorted(numbers), numbers.count(2))
view = memoryview(bytearray(b"abcdefgh")).cast("B", [2, 4])
print(view.shape, view[1, 2], view.tolist(), view.nbytes)
packed = struct.pack("<IhB3sf", 7, -2, 255, b"xyz", 0.5)
print(packed.hex(), struct.unpack("<IhB3sf", packed), struct.calcsize("<IhB3sf"))
print([value for (value,) in struct.iter_unpack(">H", b"\x00\x01\x00\x02")])
with open("data.bin", "w+b") as file:
    file.write(b"0123456789" * 3)
    file.seek(-5, 2)
    print(file.read(), file.tell())
    file.truncate(12)
    file.seek(0, 2)
    print(file.tell())
print(sys.byteorder, float.fromhex("0x1.8p+1"), (0.1).hex(), (2.5).as_integer_ratio(), 5 .bit_length(), (255).bit_count())
