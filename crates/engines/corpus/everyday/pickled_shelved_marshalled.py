import array
import io
import marshal
import pickle
import shelve
class Point:
    def __init__(self, x, y): self.x, self.y = x, y
    def __eq__(self, other): return vars(self) == vars(other)
    def __getstate__(self): return {"x": self.x, "y": self.y}
    def __setstate__(self, state): self.__dict__.update(state); self.loaded = True
p = pickle.loads(pickle.dumps(Point(1, [2])))
print(p.x, p.y, p.loaded)
shared = [1]
back = pickle.loads(pickle.dumps({"a": shared, "b": shared}))
print(back["a"] is back["b"], pickle.loads(pickle.dumps((None, 1.5, "é", b"\0", {1, 2}, 10**30, range(3), ...))))
for bad in (lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b"garbage")):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
with shelve.open("store") as store:
    store["list"], store["point"] = [1, 2, 3], {"x": 1}
with shelve.open("store") as store:
    print(sorted(store), store["list"], "none" in store)
numbers = array.array("i", range(5))
numbers.extend([9, 8])
print(numbers, numbers.itemsize, numbers.tobytes()[:4], array.array("d", [1.5]).tolist(), marshal.loads(marshal.dumps([1, "a", None])))
view = memoryview(bytearray(b"abcdef"))
view[1:3] = b"XY"
print(bytes(view), view[::2].tolist(), bytearray(b"a") + b"b", b"a,b".split(b","), b"\x00\xff".hex(), io.BytesIO(b"l1\nl2").readlines())
