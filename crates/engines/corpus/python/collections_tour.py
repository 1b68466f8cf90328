from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

words = "the quick brown fox jumps over the lazy dog the end".split()
print(Counter(words).most_common(2))
print(Counter("aabbc") - Counter("ab"), Counter(a=1) | Counter(a=3, b=1))
groups = defaultdict(list)
for word in words:
    groups[len(word)].append(word)
print(dict(groups))
ring = deque(range(5), maxlen=5)
ring.append(5)
ring.rotate(2)
print(ring, ring[0])
Point = namedtuple("Point", "x y z", defaults=[0])
print(Point(1, 2), Point(1, 2)._replace(z=9)._asdict())
print(ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
order = OrderedDict(a=1, b=2)
order.move_to_end("a")
print(order)
