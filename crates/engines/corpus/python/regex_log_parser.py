import re

LOG = """\
2024-01-05 10:00:01 INFO  user=anna action=login ip=10.0.0.1
2024-01-05 10:00:07 ERROR user=bob action=pay amount=12.50 msg="card declined"
garbage line
2024-01-05 10:02:11 INFO  user=anna action=logout
"""
LINE = re.compile(r"^(?P<date>\S+) (?P<time>[\d:]+) (?P<level>[A-Z]+)\s+(?P<rest>.*)$", re.M)
PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')

for match in LINE.finditer(LOG):
    pairs = {key: quoted or plain for key, quoted, plain in PAIR.findall(match["rest"])}
    print(match["level"], match["time"], pairs)
print(re.sub(r"(\w+)@(\w+)\.com", r"\2 at \1", "me@example.com, you@site.com"))
print(re.split(r"[,;]\s*", "a, b;c,  d"), re.fullmatch(r"\d{3}", "1234"), re.escape("a.b*c"))
print(re.sub(r"\b(\w)(\w*)", lambda m: m[1].upper() + m[2], "title case this"))
