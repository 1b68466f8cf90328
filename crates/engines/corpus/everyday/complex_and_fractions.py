from fractions import Fraction
import cmath
print(Fraction(3, 4) + Fraction("0.125"), Fraction(0.5), Fraction(22, 7).limit_denominator(3), sum(Fraction(1, n) for n in range(1, 11)))
z = 3 + 4j
print(abs(z), z.conjugate(), z * 1j, cmath.phase(-1), cmath.sqrt(-4), complex("1+2j"))
roots = [cmath.exp(2j * cmath.pi * k / 4) for k in range(4)]
print([f"{root.real:+.3f}{root.imag:+.3f}i" for root in roots])
