import copy
import gc
import sys
import weakref
nested = {"a": [1, 2], "self": None}
nested["self"] = nested
shallow, deep = copy.copy(nested), copy.deepcopy(nested)
nested["a"].append(3)
print(shallow["a"], deep["a"], deep["self"] is deep, nested)
class Money:
    def __init__(self, amount): self.amount = amount
    def __copy__(self): return Money(self.amount + 1)
    def __deepcopy__(self, memo): return Money(self.amount + 100)
    def __repr__(self): return f"Money({self.amount})"
print(copy.copy(Money(1)), copy.deepcopy([Money(1)]), copy.replace.__name__ if hasattr(copy, "replace") else "replace")
class Node:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
node = Node("a")
reference = weakref.ref(node, lambda _: print("told"))
print(reference().name)
del node
print(reference() is None)
cache = weakref.WeakValueDictionary()
kept = cache["k"] = Node("b")
print("k" in cache)
del kept
print("k" in cache, gc.isenabled())
a, b = [], []
a.append(b); b.append(a)
print(a, [1, 2] is [1, 2], (x := 5) + x, sys.getrefcount(object()) > 0, id(a) == id(b[0]))
def append_to(value, target=[]):
    target.append(value)
    return target
print(append_to(1), append_to(2), [f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]])
first, *middle, last = range(5)
print(first, middle, last, *[1, 2], sep="|")
