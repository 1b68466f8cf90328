from functools import lru_cache
def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
@lru_cache(maxsize=None)
def common(a, b):
    if not a or not b:
        return ""
    if a[0] == b[0]:
        return a[0] + common(a[1:], b[1:])
    return max(common(a[1:], b), common(a, b[1:]), key=len)
for pair in [("kitten", "sitting"), ("flaw", "lawn"), ("", "abc"), ("naïve", "naive")]:
    print(pair, levenshtein(*pair), repr(common(*pair)))
print(common.cache_info().hits > 0)
