import string
import textwrap

verse = "The quick brown fox jumps over the lazy dog. It was not amused by the fox, and barked at length."
print(textwrap.fill(verse, 40, initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(verse, 30, placeholder=" [...]"), textwrap.indent("a\n\nb", "> "), repr(textwrap.dedent("  x\n    y\n")))
print(verse.title()[:20], verse.count("fox"), verse.find("dog"), verse.rpartition(" ")[2], verse.split(". ", 1)[1][:6], verse.startswith(("A", "The")))
print("a,b,,c".split(","), " a  b ".split(), "a\nb\r\nc".splitlines(), "x".join("abc"), "abc"[::-1], "tic-tac".replace("t", "T", 1), "%s is %05.1f%%" % ("load", 3.14159))
print("{0!r:>8}|{name:^9}|{1:<5}|{2:+.2e}".format("q", 42, 12345.678, name="mid"), f"{'x' * 3!s:->6} {3 + 4 = } {[1, 2]!r}")
print("straße".upper(), "İ".lower().encode(), "ǅ".title(), "ß".casefold() == "ss", "Ⅷ".isnumeric(), "٣".isdigit(), int("٣"), "a1_".isidentifier(), "\t".isspace())
print("abc".maketrans("ab", "xy"), "banana".translate(str.maketrans("an", "AN", "b")), "a-b_c".translate(str.maketrans(dict.fromkeys("-_"))), "x".zfill(3), "-5".zfill(4))
print(string.Template("$name owes $$${amount}").substitute(name="Al", amount=5), string.capwords("hello big world"), string.ascii_lowercase[:5], string.punctuation[:6])
try:
    string.Template("$missing").substitute()
except KeyError as error:
    print("KeyError", error)
print("prefix-body".removeprefix("prefix-"), "file.tar.gz".removesuffix(".gz"), "a".center(5, "*"), "end".rjust(6, "."), "tab\tbed".expandtabs(4), "AbC".swapcase())
print(sorted("hello world", key=lambda c: (-"hello world".count(c), c))[:4], "".join(sorted(set("mississippi"))), max("apple", "pear", key=len), "b" > "B", "10" < "9")
print(r"raw\n", b"bytes\x00".hex(), "\N{SNOWMAN}", "\u00e9" == "e\u0301", ascii("é☃"), repr("it's \"quoted\""), len("👨‍👩‍👧"))
