import random
class Node:
    __slots__ = "key", "left", "right"
    def __init__(self, key):
        self.key, self.left, self.right = key, None, None
class Tree:
    def __init__(self, keys=()):
        self.root, self.size = None, 0
        for key in keys:
            self.insert(key)
    def insert(self, key):
        place, name = self, "root"
        while (node := getattr(place, name)) is not None:
            if key == node.key:
                return False
            place, name = node, "left" if key < node.key else "right"
        setattr(place, name, Node(key))
        self.size += 1
        return True
    def __iter__(self):
        def walk(node):
            if node:
                yield from walk(node.left)
                yield node.key
                yield from walk(node.right)
        return walk(self.root)
    def __contains__(self, key):
        node = self.root
        while node and node.key != key:
            node = node.left if key < node.key else node.right
        return node is not None
    def __len__(self):
        return self.size
    def height(self):
        def height(node):
            return 0 if node is None else 1 + max(height(node.left), height(node.right))
        return height(self.root)
random.seed(7)
tree = Tree(random.sample(range(1000), 50))
assert list(tree) == sorted(tree) and len(tree) == 50
print(list(tree)[:5], min(tree), max(tree), tree.height(), 500 in tree, tree.insert(list(tree)[0]))
