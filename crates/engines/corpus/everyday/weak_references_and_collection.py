import gc
import weakref


class Node:
    def __init__(self, name):
        self.name, self.children = name, []
        self.parent = None

    def add(self, child):
        child.parent = weakref.ref(self)
        self.children.append(child)
        return child

    def __del__(self):
        print("gone", self.name)


root = Node("root")
leaf = root.add(Node("leaf"))
print(leaf.parent().name, weakref.getweakrefcount(root))
del root
print(leaf.parent())
cache = weakref.WeakValueDictionary()
cache["leaf"] = leaf
print(list(cache))
weakref.finalize(leaf, print, "finalizer ran")
del leaf
print(list(cache))
a, b = Node("a"), Node("b")
a.other, b.other = b, a
del a, b
print("cycle", gc.collect() > 0)
keys = weakref.WeakKeyDictionary()
holder = Node("key")
keys[holder] = 1
print(len(keys))
del holder
print(len(keys))
