import re
print(re.sub(r"(\w+)@(\w+)\.com", r"\2 at \1", "ann@example.com, bob@test.com"))
print(re.sub(r"\d+", lambda m: str(int(m[0]) * 2), "3 apples and 12 pears"))
print(re.split(r"[;,]\s*", "a; b,c;d"), re.findall(r"(?i)\bT\w+", "The tree and two"), re.match(r"(\d{4})-(\d\d)", "2024-05").groups())
pattern = re.compile(r"""
    (?P<scheme>https?)://(?P<host>[^/:]+)(?::(?P<port>\d+))?(?P<path>/.*)?
""", re.X)
print(pattern.match("https://example.org:8080/a/b?c=1").groupdict())
print(re.fullmatch(r"[\w.]+", "abc.def"), re.escape("a.b*c"), bool(re.search(r"^b", "a\nb", re.M)))
