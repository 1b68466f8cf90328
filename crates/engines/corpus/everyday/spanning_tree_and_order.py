from graphlib import CycleError, TopologicalSorter
edges = [("a", "b", 7), ("a", "d", 5), ("b", "c", 8), ("b", "d", 9), ("b", "e", 7), ("c", "e", 5), ("d", "e", 15), ("d", "f", 6), ("e", "f", 8)]
parent = {}
def root(node):
    while parent.setdefault(node, node) != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
tree = []
for a, b, weight in sorted(edges, key=lambda edge: (edge[2], edge)):
    if root(a) != root(b):
        parent[root(a)] = root(b)
        tree.append((a, b, weight))
print(tree, sum(weight for *_, weight in tree))
needs = {"shoes": {"socks", "trousers"}, "jacket": {"shirt"}, "trousers": {"pants"}, "shirt": set()}
sorter = TopologicalSorter(needs)
sorter.prepare()
while sorter.is_active():
    ready = sorted(sorter.get_ready())
    print(ready)
    sorter.done(*ready)
try:
    list(TopologicalSorter({1: {2}, 2: {1}}).static_order())
except CycleError as error:
    print("cycle:", error.args[0], sorted(set(error.args[1])))
