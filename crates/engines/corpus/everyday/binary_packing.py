import struct, array
packed = struct.pack("<IhfB4s", 1, -2, 3.5, 255, b"ab")
print(packed.hex(), struct.unpack("<IhfB4s", packed), struct.calcsize("<IhfB4s"))
numbers = array.array("H", [1, 2, 65535])
print(numbers.tobytes(), numbers.itemsize, sum(numbers))
print(int.from_bytes(b"\x01\x00", "big"), (1000).to_bytes(2, "little"), bin(10), 0xFF ^ 0b1010, ~5, -7 // 2, -7 % 3, 1 << 70)
view = memoryview(bytearray(b"hello"))
view[0:1] = b"J"
print(bytes(view), bytes.fromhex("00ff"), b"abc".hex("-"))
