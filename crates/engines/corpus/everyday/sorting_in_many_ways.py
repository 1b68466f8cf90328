import functools
import heapq
import operator
from bisect import bisect_left, insort
from dataclasses import dataclass, field


@dataclass(order=True)
class Task:
    priority: int
    name: str = field(compare=False)


people = [("Anna", 31, "Oslo"), ("Bob", 25, "Rome"), ("Cleo", 31, "Athens"), ("Dan", 25, "Oslo")]
print(sorted(people, key=operator.itemgetter(1, 0)))
print(sorted(people, key=lambda p: (-p[1], p[2])))
print(sorted("b10 a2 a10 b1".split(), key=lambda s: (s[0], int(s[1:]))))
print(sorted([3, -1, 2], key=abs, reverse=True), sorted({"b": 1, "a": 2}.items(), key=operator.itemgetter(1)))
print(sorted(["ab", "B", "a"], key=str.casefold), sorted([True, 0, 2.5, -1]))
print(sorted([[2], [1, 5], []], key=functools.cmp_to_key(lambda a, b: len(b) - len(a))))
heap = []
for priority, name in [(3, "low"), (1, "high"), (2, "mid")]:
    heapq.heappush(heap, Task(priority, name))
print([heapq.heappop(heap).name for _ in range(3)], heapq.nlargest(2, [5, 1, 9]), heapq.nsmallest(2, "hello"))
print(list(heapq.merge([1, 4], [2, 3])), heapq.heapreplace(h := [1, 2], 5), h)
scores = [10, 20, 30]
insort(scores, 25)
print(scores, bisect_left(scores, 20), "FDCBA"[bisect_left([60, 70, 80, 90], 85)])
try:
    sorted([1, "a"])
except TypeError as error:
    print(error)
rows = sorted(people, key=lambda p: p[2])
import itertools

print({city: [p[0] for p in group] for city, group in itertools.groupby(rows, key=lambda p: p[2])})
