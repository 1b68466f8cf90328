from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, DivisionByZero, getcontext, localcontext
from fractions import Fraction

price = Decimal("19.99")
print(price * 3, (price * Decimal("0.19")).quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal("2.5").quantize(Decimal(1), ROUND_HALF_EVEN))
with localcontext() as context:
    context.prec = 50
    print(Decimal(2).sqrt())
print(getcontext().prec, Decimal("NaN"), Decimal("1E+5"), Decimal(0.1))
try:
    Decimal(1) / 0
except DivisionByZero as error:
    print(type(error).__name__)
print(Fraction(3, 4) + Fraction("1/6"), Fraction(0.125), Fraction(22, 7).limit_denominator(5), sum(Fraction(1, n) for n in range(1, 6)))
print(10 ** 50, (-7) // 2, (-7) % 3, divmod(17, 5), round(2.5), round(-1.255, 2), int("ff", 16), bin(10), 0.1.as_integer_ratio())
