import base64
import binascii
import hashlib
import hmac
import secrets
import uuid
import zlib

data = "The quick brown fox".encode()
for name in ("md5", "sha1", "sha256", "sha3_256", "blake2b"):
    print(name, hashlib.new(name, data).hexdigest()[:32])
print(hmac.new(b"key", data, "sha256").hexdigest()[:16], zlib.crc32(data), binascii.hexlify(data[:4]))
print(base64.b64encode(data).decode(), base64.urlsafe_b64decode("_-8="), base64.b32encode(b"hi"), base64.a85encode(b"test"))
print(hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 1000).hex()[:16], uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), len(secrets.token_hex(8)))
