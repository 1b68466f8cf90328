import base64
import binascii
import codecs

text = "naïve café – 日本語 🎉"
for name in ("utf-8", "utf-16-le", "utf-8-sig"):
    data = text.encode(name)
    print(name, len(data), data[:8].hex(" "), data.decode(name) == text)
for how in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace"):
    print(how, text.encode("ascii", how))
print(b"\xff\xfeabc".decode("utf-8", "replace"), b"caf\xe9".decode("latin-1"), b"\x80".decode("cp1252"))
try:
    "é".encode("ascii")
except UnicodeEncodeError as error:
    print(error, error.start, error.reason)
try:
    b"\xe9t\xe9".decode()
except UnicodeDecodeError as error:
    print(error)
print(base64.b64encode(b"any carnal pleas"), base64.urlsafe_b64encode(b"\xfb\xff"), base64.b32encode(b"hi"), base64.b85encode(b"hello"))
print(binascii.crc32(b"hello"), binascii.hexlify(b"\x01\xab", "-"), codecs.encode("Hello", "rot13"), bytes.fromhex("de ad"))
data = bytearray(b"hello world")
data[0:5] = b"HOWDY"
print(data, data.find(b"w"), memoryview(data)[6:].tobytes(), data.split(), bytes(range(65, 70)).decode())
print(int.from_bytes(b"\x01\x02", "big"), (1000).to_bytes(3, "little"), b"a,b".partition(b","))
