from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple

defaults = {"colour": "red", "size": 1}
settings = ChainMap({"size": 5}, defaults)
settings["colour"] = "blue"
print(dict(settings), defaults, settings.parents["size"], settings.new_child({"x": 1})["x"])
queue = deque([1, 2, 3], maxlen=3)
queue.append(4)
queue.appendleft(0)
queue.rotate(1)
print(queue, queue.index(2), list(reversed(queue)))
words = Counter("the cat and the dog and the bird".split())
words.subtract(["the", "cat"])
print(words.most_common(2), +words, words.total(), sorted((words & Counter(the=1)).elements()))
tree = lambda: defaultdict(tree)
root = tree()
root["a"]["b"]["c"] = 1
print(root["a"]["b"]["c"], list(root), "z" in root)
Point = namedtuple("Point", "x y z", defaults=[0])
p = Point(1, 2)
print(p, p._replace(z=9), p._asdict(), Point._fields, Point._make([7, 8, 9]), p == (1, 2, 0))
order = OrderedDict(a=1, b=2, c=3)
order.move_to_end("a")
print(list(order), order.popitem(last=False))


class Lower(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.lower(), value)


print(Lower(A=1, B=2))
