from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, getcontext, localcontext
from fractions import Fraction
import math
import statistics

print(0.1 + 0.2, Decimal("0.1") + Decimal("0.2"), Decimal(0.1), round(2.675, 2), Decimal("2.675").quantize(Decimal("0.01"), ROUND_HALF_UP))
for mode in (ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP):
    print(mode, [str(Decimal(x).quantize(Decimal("1"), mode)) for x in ("0.5", "1.5", "-2.5")])
with localcontext() as context:
    context.prec = 50
    print(Decimal(2).sqrt(), Decimal(1) / 7)
print(getcontext().prec, Decimal("1E+3").normalize(), Decimal("123.4500").normalize(), f"{Decimal('1234567.891'):,.2f}", Decimal("-0"))
for bad in (lambda: Decimal(1) / 0, lambda: Decimal("abc"), lambda: Decimal("NaN") < 1):
    try:
        bad()
    except (DivisionByZero, InvalidOperation) as error:
        print(type(error).__name__, error)
print(Fraction(3, 4) + Fraction("0.125"), Fraction(math.pi).limit_denominator(1000), Fraction(-7, 3).__floor__(), float(Fraction(1, 3)))
print(math.isclose(0.1 + 0.2, 0.3), math.fsum([0.1] * 10), sum([0.1] * 10), math.gcd(84, 30), math.lcm(4, 6), math.comb(10, 3), math.prod([2, 3, 4]))
print(math.floor(-2.5), math.trunc(-2.5), -7 // 2, -7 % 3, divmod(-7, 3), math.fmod(-7, 3), math.copysign(1, -0.0), math.isqrt(99))
print(statistics.median([3, 1, 2]), statistics.mode("aab"), statistics.pstdev([1, 2, 3, 4]), statistics.quantiles([1, 2, 3, 4, 5], n=4), statistics.fmean([1, 2], [3, 1]))
print(float("1e400"), float("-inf") < 0, math.nan == math.nan, 10 ** 20, 7 / 2, 2 ** -1, int("0x1f", 16), bin(10), f"{255:#x} {5:08.3f} {1e10:g} {0.000012:.2e}")
try:
    math.sqrt(-1)
except ValueError as error:
    print(error)
try:
    math.factorial(-1)
except ValueError as error:
    print(error)
