import unicodedata

text = "naïve café 日本語 🎉 e\u0301"
print(text, len(text), len(text.encode()), text.upper(), text[::-1])
print(unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.name("🎉"), "ǆ".title(), "İ".lower().encode())
print(ascii(text), "\N{SNOWMAN}", "日本語".encode("utf-16-le"), "日".ljust(4, "．"), sorted(["é", "z", "a"]))
naïve = "a name"
print(naïve, "\x1b[31mred\x1b[0m", "nul:\0:", "tab\there", "\u202ebidi", "zero\u200bwidth")
print("crlf\r\nend", "a\x85b".splitlines(), "١٢٣".isdigit(), int("١٢٣"))
