import hashlib
import hmac
import os
import random
import secrets
import zlib

data = b"The quick brown fox"
for name in ("md5", "sha1", "sha256", "sha3_256", "blake2s"):
    print(name, hashlib.new(name, data).hexdigest()[:16], hashlib.new(name).digest_size)
digest = hashlib.sha256()
for part in (b"The quick ", b"brown fox"):
    digest.update(part)
print(digest.hexdigest() == hashlib.sha256(data).hexdigest(), digest.copy().name, digest.block_size)
print(hmac.new(b"key", data, "sha256").hexdigest()[:20], hmac.compare_digest("a", "a"), hashlib.blake2b(data, digest_size=8, key=b"k").hexdigest())
print(hashlib.shake_128(data).hexdigest(6), hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 10).hex()[:16], "sha512" in hashlib.algorithms_guaranteed)
print(zlib.crc32(data), zlib.adler32(data), len(secrets.token_hex(8)), len(secrets.token_urlsafe(16)) > 20, secrets.choice("a"), secrets.randbelow(1))
with open("data.bin", "wb") as file:
    file.write(data * 1000)
with open("data.bin", "rb") as file:
    print(hashlib.file_digest(file, "sha1").hexdigest()[:12])
print(len(os.urandom(5)), random.SystemRandom().random() < 1)
compressed = zlib.compress(data * 50, 9)
print(len(compressed) < 60, zlib.decompress(compressed) == data * 50)
try:
    zlib.decompress(b"junk")
except zlib.error as error:
    print(error)
try:
    hashlib.new("nothing")
except ValueError as error:
    print("unsupported" in str(error))
import bz2
import lzma

for module in (bz2, lzma):
    print(module.__name__, module.decompress(module.compress(data)) == data)
stream = zlib.decompressobj()
print(stream.decompress(compressed, 10), len(stream.unconsumed_tail) > 0)
