from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation, getcontext, localcontext
cents = Decimal("0.01")
principal, rate, months = Decimal("1200"), Decimal("0.06") / 12, 6
payment = (principal * rate / (1 - (1 + rate) ** -months)).quantize(cents, ROUND_HALF_UP)
left, paid = principal, Decimal(0)
print(f"{'month':>5} {'interest':>9} {'repaid':>9} {'left':>9}")
for month in range(1, months + 1):
    interest = (left * rate).quantize(cents, ROUND_HALF_EVEN)
    repaid = min(payment - interest, left) if month < months else left
    left -= repaid
    paid += interest + repaid
    print(f"{month:>5} {interest:>9} {repaid:>9} {left:>9}")
print(payment, paid, Decimal("1") / Decimal("7"), Decimal("1.10") + Decimal("2.205"))
with localcontext() as context:
    context.prec = 40
    print(Decimal(2).sqrt(), Decimal(1).exp())
print(Decimal("0.1") + Decimal("0.2") == Decimal("0.3"), Decimal(0.1), Decimal("1E+3").normalize(), Decimal("NaN").is_nan())
print(Decimal("123.456").as_tuple(), f"{Decimal('1234567.891'):,.2f}", round(Decimal("2.675"), 2), int(Decimal("-7.9")), Decimal("-7") // 2, Decimal("-7") % 2)
try:
    Decimal("abc")
except InvalidOperation as error:
    print(type(error).__name__, getcontext().prec)
