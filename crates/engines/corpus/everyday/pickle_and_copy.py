import copy, pickle
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
original = {"points": [Point(1, 2), Point(3, 4)], "names": {"a", "b"}}
loaded = pickle.loads(pickle.dumps(original))
shallow, deep = copy.copy(original), copy.deepcopy(original)
original["points"].append(Point(5, 6))
print(len(loaded["points"]), len(shallow["points"]), len(deep["points"]), loaded["points"][0] == Point(1, 2), sorted(loaded["names"]))
