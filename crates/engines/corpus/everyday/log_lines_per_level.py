import re
from collections import Counter
log = """2024-03-01 10:00:01 INFO started
2024-03-01 10:00:02 WARNING slow query (1200 ms)
2024-03-01 10:00:05 ERROR connection refused: 10.0.0.7:5432
2024-03-01 10:01:00 INFO retrying
2024-03-01 10:01:09 ERROR timeout after 30 s
"""
pattern = re.compile(r"^(?P<date>\S+) (?P<time>\S+) (?P<level>[A-Z]+) (?P<text>.*)$", re.M)
print(Counter(match["level"] for match in pattern.finditer(log)).most_common())
for match in pattern.finditer(log):
    if numbers := re.findall(r"\d+(?= (?:ms|s)\b)", match["text"]):
        print(match["time"], numbers)
