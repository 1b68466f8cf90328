import difflib, textwrap
old = "the quick brown fox\njumps over\nthe lazy dog\n".splitlines(keepends=True)
new = "the quick red fox\njumps over\nthe sleepy dog\nagain\n".splitlines(keepends=True)
print("".join(difflib.unified_diff(old, new, "old", "new")))
print(textwrap.fill("Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.", 30, subsequent_indent="  "))
print(textwrap.dedent("""\
    a
      b
    c"""))
print(difflib.get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), round(difflib.SequenceMatcher(None, "kitten", "sitting").ratio(), 4))
