import re

LOG = """\
2024-03-01 12:00:01 [INFO] user=anna action=login ip=10.0.0.1
2024-03-01 12:00:07 [ERROR] user=bob action=upload file="my report.pdf"
2024-03-02 08:15:00 [WARN] user=anna action=logout
"""
LINE = re.compile(
    r"""
    ^(?P<date>\d{4}-\d{2}-\d{2})\s
    (?P<time>[\d:]+)\s
    \[(?P<level>[A-Z]+)\]\s
    (?P<rest>.*)$
    """,
    re.VERBOSE | re.MULTILINE,
)
PAIR = re.compile(r'(\w+)=("[^"]*"|\S+)')
for match in LINE.finditer(LOG):
    pairs = {key: value.strip('"') for key, value in PAIR.findall(match["rest"])}
    print(match["level"].ljust(5), match.span("date"), pairs)
print(re.sub(r"(\d+)\.(\d+)", lambda m: f"{float(m[0]):.1f}", "1.25 and 3.999"))
print(re.split(r"\s*[,;]\s*", "a , b;c ;  d"), re.findall(r"\b(?=\w*a)\w{3,}\b", "bat cow cat apple"))
print(re.fullmatch(r"(?i)hello|bye", "HELLO"), re.search(r"(?<=\$)\d+(?!\d)", "cost $42 now")[0])
print(re.sub(r"(?P<word>\w+) (?P=word)", r"\g<word>", "the the cat sat sat"), re.escape("a.b*c"))
try:
    re.compile("(unclosed")
except re.error as error:
    print(error, error.pos)
print(LINE.groupindex, re.compile("a|b", re.I).flags & re.I == re.I)
