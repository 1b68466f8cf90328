a, b = {1, 2, 3, 4}, {3, 4, 5}
print(a | b, a & b, a - b, a ^ b, a > {1, 2}, a.isdisjoint({9}), frozenset([1]) in {frozenset([1])})
a.update([10], {11})
a.discard(99)
a -= {1}
print(sorted(a), len(a), {x % 3 for x in range(10)}, a.pop() in range(20))
d = {"x": 1, "y": 2}
print(d | {"y": 3, "z": 4}, d.setdefault("w", []), d.pop("w"), d.get("q", "none"), list(d.items()), {v: k for k, v in d.items()}, "x" in d)
d.update(y=5, v=6)
print(d, dict.fromkeys("ab", 0), sorted(d, key=d.get, reverse=True), max(d, key=d.get), sum(d.values()), list(reversed(d)), d.keys() & {"x", "q"})
try:
    for key in d:
        d["new"] = 1
except RuntimeError as error:
    print(error)
try:
    {[]: 1}
except TypeError as error:
    print(error)
try:
    d["missing"]
except KeyError as error:
    print(repr(error))
items = [3, 1, 2]
items[1:1] = [9, 8]
items[::2] = ["a", "b", "c"]
del items[-1:]
print(items, items.index("b"), items * 2, [0] * 3 + [1], [1, 2] < [1, 3], items[10:], items[-2:], sorted(map(str, items)))
first, *middle, last = range(6)
(p, q), r = (1, 2), 3
print(first, middle, last, p, q, r, [*"ab", *{1: 2}], {**d, "x": 0}["x"], (1,), tuple("ab"), 3 in (1, 2, 3))
nested = [[0] * 2] * 2
nested[0][0] = 1
print(nested, [[0] * 2 for _ in range(2)], list(range(10, 0, -3)), slice(1, 5, 2).indices(4), divmod(17, 5), round(2.5), round(-1.5), abs(-3 + 4j))
print(1 < 2 < 3, not [], 0 or "default", "" and 1, None is None, 3 & 6, 3 | 4, 5 ^ 1, ~5, 1 << 10, -17 >> 2, True + True, 0.1 + 0.2 == 0.3)
import copy

original = {"list": [1, [2]]}
shallow, deep = copy.copy(original), copy.deepcopy(original)
original["list"][1].append(3)
print(shallow, deep, shallow["list"] is original["list"])
