from graphlib import CycleError, TopologicalSorter

jobs = {"deploy": {"test", "package"}, "test": {"build"}, "package": {"build"}, "build": {"fetch"}, "fetch": set()}
order = list(TopologicalSorter(jobs).static_order())
print(order[0], order[1], order[-1], sorted(order[2:4]))
sorter = TopologicalSorter(jobs)
sorter.prepare()
step = 0
while sorter.is_active():
    ready = sorted(sorter.get_ready())
    step += 1
    print(step, ready)
    sorter.done(*ready)
try:
    list(TopologicalSorter({"a": ["b"], "b": ["c"], "c": ["a"]}).static_order())
except CycleError as error:
    print(error.args[0], sorted(set(error.args[1])))


def components(graph):
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = []
            while not part or part[-1] != node:
                part.append(stack.pop())
            found.append(sorted(part))

    for node in graph:
        if node not in index:
            visit(node)
    return found


print(components({1: [2], 2: [3], 3: [1, 4], 4: [5], 5: [4], 6: [5]}))
