value, name = 1234567.891, "Zoë"
print(f"{value:,.2f} {value:.3e} {value:>15.1f}| {name:^9}| {name!r:>8} {255:#x} {5:08b} {0.256:.1%}")
print("%s is %d years and %5.2f m" % (name, 41, 1.785), "{0} {1} {0}".format("a", "b"), "{:>{w}}".format("x", w=4))
print("tab\tnew\\n", r"raw\n", 'it\'s', "a" "b", "ß".upper(), "İ".lower().encode(), "straße".casefold())
print("Hello World".swapcase(), "a,b,,c".split(","), "  x ".strip() + "|", "abc".rjust(5, "."), "title case".title())
print("x".join("abc"), "banana".replace("an", "AN", 1), "banana".rfind("a"), "a-b_c".translate(str.maketrans("-_", "  ")))
print(f"{value=:.1f} {1+1=}")
