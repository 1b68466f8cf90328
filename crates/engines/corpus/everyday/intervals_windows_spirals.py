from bisect import insort
from collections import deque
from itertools import accumulate, chain, combinations, groupby, pairwise, permutations, product, starmap, takewhile, zip_longest
def merge(intervals):
    out = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([start, end])
    return out
print(merge([(1, 3), (8, 10), (2, 6), (15, 18), (17, 20)]))
def maxima(values, size):
    window, out = deque(), []
    for i, v in enumerate(values):
        while window and values[window[-1]] <= v: window.pop()
        window.append(i)
        if window[0] == i - size: window.popleft()
        if i >= size - 1: out.append(values[window[0]])
    return out
print(maxima([1, 3, -1, -3, 5, 3, 6, 7], 3))
def spiral(m):
    while m:
        yield from m[0]
        m = list(zip(*m[1:]))[::-1]
print(list(spiral([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])))
print([(k, len(list(g))) for k, g in groupby("aaabbcaa")], list(accumulate([3, 1, 4, 1, 5], max)), list(pairwise("abcd")), list(zip_longest("ab", "xyz", fillvalue="-")))
print(len(list(permutations("abcd", 2))), list(combinations("abc", 2)), ["".join(p) for p in product("ab", repeat=2)], list(takewhile(lambda x: x < 3, [1, 2, 5, 1])), list(starmap(pow, [(2, 3), (3, 2)])), list(chain.from_iterable(["ab", "c"])))
triangle = [[1]]
for _ in range(7):
    triangle.append([1, *map(sum, pairwise(triangle[-1])), 1])
print("\n".join(" ".join(f"{n:>2}" for n in row).center(30).rstrip() for row in triangle))
def subsets(items): return [[]] if not items else [s + e for s in subsets(items[1:]) for e in ([], [items[0]])]
print(sorted(subsets([1, 2, 3])), sum(1 for s in subsets(list(range(10))) if sum(s) == 15))
ordered = []
for n in (5, 1, 4, 1): insort(ordered, n)
print(ordered, "".join(f"{c}{len(list(g))}" for c, g in groupby("wwwbb")), all(int(d) for d in "123"), [*zip(*[iter(range(6))] * 2)])
luhn = lambda s: sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(s))) % 10 == 0
print(luhn("4539578763621486"), luhn("4539578763621487"), sum(int(c) * w for c, w in zip("978030640615", [1, 3] * 6)) % 10)
