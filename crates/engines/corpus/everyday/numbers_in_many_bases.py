def to_base(n, base, digits="0123456789abcdefghijklmnopqrstuvwxyz"):
    if n < 0:
        return "-" + to_base(-n, base)
    return (to_base(n // base, base) if n >= base else "") + digits[n % base]


def primes(limit):
    sieve = bytearray([1]) * (limit + 1)
    sieve[:2] = b"\0\0"
    for n in range(2, int(limit ** 0.5) + 1):
        if sieve[n]:
            sieve[n * n::n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, flag in enumerate(sieve) if flag]


def factors(n):
    found = {}
    d = 2
    while d * d <= n:
        while n % d == 0:
            found[d] = found.get(d, 0) + 1
            n //= d
        d += 1
    if n > 1:
        found[n] = 1
    return found


def egcd(a, b):
    return (a, 1, 0) if b == 0 else (lambda g, x, y: (g, y, x - a // b * y))(*egcd(b, a % b))


print([to_base(n, b) for n, b in ((255, 2), (255, 16), (-100, 7), (12345, 36))], int("zz", 36), primes(50), factors(360360))
print(egcd(240, 46), pow(3, -1, 11), pow(2, 1000, 10 ** 9 + 7), (17).__pow__(2, 5), 2 ** 200, len(str(3 ** 1000)))
collatz = lambda n: [n] + ([] if n == 1 else collatz(n // 2 if n % 2 == 0 else 3 * n + 1))
print(collatz(6), max(range(1, 30), key=lambda n: len(collatz(n))))
print([n for n in range(1, 500) if sum(d for d in range(1, n) if n % d == 0) == n], sum(int(c) for c in str(2 ** 100)))
triangle = [[1]]
for _ in range(5):
    triangle.append([1, *(a + b for a, b in zip(triangle[-1], triangle[-1][1:])), 1])
print(*(" ".join(map(str, row)).center(20).rstrip() for row in triangle), sep="\n")
words = "zero one two three four five six seven eight nine ten".split()
print(" ".join(words[int(c)] for c in "2024"), f"{12345678.9:,.3f} {0.000123:.3g} {1e100:.0f}"[:40], f"{-5:>+6d}|{5:^7}|{0b1010:#b}|{255:o}|{65:c}")
print(float.hex(0.1), (0.5).is_integer(), 1e16 + 1 == 1e16, 0.1 + 0.7, round(1234.5678, -2), round(0.5), round(1.5), 5 // -2, -5 % 3, 7.0 // 2, 2 ** 0.5)
print(complex(3, 4), abs(3 + 4j), (1 + 2j) * (3 - 1j), (1j) ** 2, complex("1-2j").conjugate(), 1 / 3, 1e-7, 123456789012345678, 1.0, 1e22, 1e21, 12e-5)
