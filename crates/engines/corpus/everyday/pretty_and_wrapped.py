import pprint
import reprlib
import textwrap
data = {"name": "a long name that goes on", "list": list(range(30)), "nested": {"k" * 20: ["v" * 30, "w" * 30, {"deep": (1, 2, 3)}]}, "set": {3, 1, 2}}
pprint.pprint(data, width=60)
print(pprint.pformat({"b": 1, "a": 2}, sort_dicts=False), pprint.pformat([1, [2, [3, [4]]]], depth=2))
print(reprlib.repr(list(range(100))), reprlib.repr("x" * 100))
text = "The quick brown fox jumps over the lazy dog, again and again, until-the-very-long-hyphenated-word comes."
print(textwrap.fill(text, 30, initial_indent="* ", subsequent_indent="  "))
print(textwrap.shorten(text, 40, placeholder="..."), textwrap.indent("a\n\nb", "> "), sep="\n")
print(textwrap.dedent("""
    one
      two
    three""").strip(), textwrap.wrap("aaaaaaaaaaaa bb", 5), sep="\n")
