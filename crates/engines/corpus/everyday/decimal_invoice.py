from decimal import Decimal, ROUND_HALF_UP
lines = [("Widget", 3, Decimal("9.99")), ("Gadget", 1, Decimal("24.50")), ("Bolt", 100, Decimal("0.035"))]
cent = Decimal("0.01")
net = sum(count * price for _, count, price in lines)
tax = (net * Decimal("0.19")).quantize(cent, ROUND_HALF_UP)
for name, count, price in lines:
    print(f"{name:<10}{count:>5} x {price:>8} = {(count * price).quantize(cent):>9}")
print("net", net.quantize(cent), "tax", tax, "total", (net + tax).quantize(cent))
print(Decimal(1) / Decimal(7), Decimal("1E+3").normalize(), Decimal("NaN").is_nan())
