import difflib
old = "one\ntwo\nthree\nfour\nfive\n".splitlines(True)
new = "one\n2\nthree\nfour and a half\nfive\nsix\n".splitlines(True)
print("".join(difflib.unified_diff(old, new, "old.txt", "new.txt")))
print("".join(difflib.ndiff(["abcd\n", "same\n"], ["abxd\n", "same\n"])))
matcher = difflib.SequenceMatcher(None, "private Thread currentThread;", "private volatile Thread currentThread;")
print(round(matcher.ratio(), 4), matcher.get_opcodes())
print(difflib.get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), difflib.get_close_matches("zzz", ["a"]))
print("".join(difflib.context_diff(old[:3], new[:3], "a", "b", n=1)))
