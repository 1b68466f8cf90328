def sieve(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[:2] = b"\0\0"
    for number in range(2, int(limit ** 0.5) + 1):
        if flags[number]:
            flags[number * number :: number] = bytes(len(range(number * number, limit + 1, number)))
    return [number for number, flag in enumerate(flags) if flag]
primes = sieve(10_000)
print(len(primes), primes[-5:], sum(primes))
print([p for p in primes if str(p) == str(p)[::-1]][:15])
