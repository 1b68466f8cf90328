import unicodedata
for text in ["Straße", "İstanbul", "ﬁne", "e\u0301clair", "Ǆungla", "ß", "ΌΣΟΣ"]:
    print(text, len(text), text.upper(), text.lower(), text.casefold(), text.title(), text.swapcase(), unicodedata.normalize("NFKC", text) == text)
print([unicodedata.name(c, "?") for c in "é½Ⅷ☃"], unicodedata.numeric("½"), unicodedata.category("€"), unicodedata.east_asian_width("あ"), unicodedata.lookup("SNOWMAN"))
print("".join(c for c in unicodedata.normalize("NFD", "Crème Brûlée à Đà Nẵng") if not unicodedata.combining(c)))
print("日本語 text".center(20, "*"), len("👩‍👩‍👧"), "👩‍👩‍👧".encode("utf-16-le")[:4], "naïve".encode("ascii", "xmlcharrefreplace"), "x".ljust(3) + "|", "\t".expandtabs(4) + "|")
print("²".isdigit(), "½".isnumeric(), "٣".isdecimal(), int("٣"), "a1_".isidentifier(), "Abc".istitle(), " \t".isspace(), "été" < "f", sorted(["b", "A", "a", "B"], key=str.casefold))
print(ascii("é☃"), repr("tab\t\x7f\u200b\U0001F600"), "%c%c" % (65, "é"), chr(0x1F40D), ord("ÿ"), "a,b;c".replace(",", ";").split(";"), "  x ".strip() + "|", "abc".translate(str.maketrans("ab", "xy", "c")))
print("line1\nline2\r\nline3\x0bline4\u2028x".splitlines(), "a-b-c".rsplit("-", 1), "key=value=x".partition("="), "Hello"[::-1], "x" * 3, "ab" in "cab", "banana".count("an"), "banana".find("n", 3), "path/to".removeprefix("path/"))
