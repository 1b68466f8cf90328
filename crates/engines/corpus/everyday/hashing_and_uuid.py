import hashlib, hmac, secrets, uuid
print(hashlib.sha256(b"abc").hexdigest())
print(hashlib.md5(b"abc").hexdigest(), hashlib.sha1("é".encode()).hexdigest())
print(hmac.new(b"key", b"message", "sha256").hexdigest())
print(hashlib.blake2b(b"x", digest_size=8).hexdigest(), hashlib.sha3_256(b"").hexdigest()[:16])
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.UUID(int=5))
print(len(secrets.token_hex(8)), secrets.compare_digest("a", "a"))
