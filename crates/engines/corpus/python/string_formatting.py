import string
import textwrap

value, name, n = 1234567.891, "Ada", 255
print(f"{value:,.2f}|{value:e}|{value:>15.1f}|{n:#x}|{n:08b}|{n:_}|{name!r:>8}|{name:^9}|{name:*<6}|{0.256:.1%}")
print("{0} {1[key]} {2.real}".format("pos", {"key": "item"}, 3), "%5.1f|%-5s|%05d" % (3.14159, "ab", 42))
print(f"{value=:.1f} {n + 1 = } {'nested ' + f'{n!s}'}", "{:{width}}".format("w", width=4) + "|")
print(string.Template("$who owes $$${amount}").substitute(who="Bob", amount=5), "a-b_c".translate(str.maketrans("-_", "  ")))
text = "The quick brown fox jumps over the lazy dog and keeps running through the forest until nightfall."
print(textwrap.fill(text, 40, initial_indent="* ", subsequent_indent="  "))
print(textwrap.dedent("""\
    indented
      more
    """), textwrap.shorten(text, 30), textwrap.indent("a\nb", "> "), sep="\n")
print("x".join("abc"), "a,b,,c".split(","), "  pad ".strip() + "|", "tEsT".swapcase(), "ß".upper(), "abc".zfill(5), "a\tb".expandtabs(4))
print(*[1, 2], sep="-", end="!\n")
