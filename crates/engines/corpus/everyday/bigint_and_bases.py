print(2 ** 200, pow(3, 10 ** 6, 10 ** 9 + 7), int("zz", 36), hex(2 ** 64 - 1), f"{10 ** 18:_}")
def base(number, radix):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (base(number // radix, radix) if number >= radix else "") + digits[number % radix]
print(base(123456789, 7), base(255, 16), int(base(987654321, 13), 13))
print(divmod(-17, 5), (-17).bit_length(), 10 ** 30 // 7, round(2.5), round(3.5), round(-1.45, 1), 0.1 + 0.2, 1e16 + 1)
a, b = 0, 1
for _ in range(300):
    a, b = b, a + b
print(a)
