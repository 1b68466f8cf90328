def roman(number):
    pairs = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
    result = ""
    for value, letters in pairs:
        count, number = divmod(number, value)
        result += letters * count
    return result
print([roman(n) for n in (4, 9, 1984, 2024, 3999)])
def caesar(text, shift):
    return "".join(chr((ord(c) - base + shift) % 26 + base) if (base := 97 if c.islower() else 65 if c.isupper() else 0) else c for c in text)
secret = caesar("Attack at Dawn!", 3)
print(secret, caesar(secret, -3))
