import base64
import binascii
import hashlib
import hmac
import zlib
data = "Grüße, world! ".encode() * 3
print(base64.b64encode(data).decode(), base64.urlsafe_b64encode(b"\xfb\xff").decode(), base64.b32encode(b"hi"), base64.b85encode(b"hello"))
print(base64.b64decode("aGVsbG8="), binascii.hexlify(b"abc", "-"), bytes.fromhex("de ad be ef"), binascii.crc32(data), zlib.adler32(data))
for name in ("md5", "sha1", "sha256", "sha3_256", "blake2s"):
    print(f"{name:<9}", hashlib.new(name, data).hexdigest()[:32])
print(hmac.new(b"key", data, "sha256").hexdigest(), hmac.compare_digest(b"a", b"a"))
print(hashlib.blake2b(b"x", digest_size=8, key=b"k").hexdigest(), hashlib.shake_128(b"x").hexdigest(8))
digest = hashlib.sha256()
for start in range(0, len(data), 7):
    digest.update(data[start:start + 7])
print(digest.hexdigest() == hashlib.sha256(data).hexdigest(), digest.name, digest.block_size)
try:
    base64.b64decode("abc")
except binascii.Error as error:
    print(type(error).__name__, error)
print("".join(chr((ord(c) - 97 + 13) % 26 + 97) if c.isalpha() else c for c in "uryyb jbeyq"), __import__("codecs").encode("hello", "rot13"))
