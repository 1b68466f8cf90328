import heapq
from collections import deque
from itertools import product

GRID = """\
S.#.......
..#.####..
..#....#..
..####.#..
.......#.E""".splitlines()
START, END = [(r, c) for r, c in product(range(5), range(10)) if GRID[r][c] in "SE"]


def around(place):
    for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        r, c = place[0] + dr, place[1] + dc
        if 0 <= r < len(GRID) and 0 <= c < len(GRID[0]) and GRID[r][c] != "#":
            yield r, c


def breadth_first(start, end):
    came, todo = {start: None}, deque([start])
    while todo:
        place = todo.popleft()
        if place == end:
            path = []
            while place:
                path.append(place)
                place = came[place]
            return path[::-1]
        for other in around(place):
            if other not in came:
                came[other] = place
                todo.append(other)


def a_star(start, end):
    guess = lambda p: abs(p[0] - end[0]) + abs(p[1] - end[1])
    best, heap, looked = {start: 0}, [(guess(start), start)], 0
    while heap:
        _, place = heapq.heappop(heap)
        looked += 1
        if place == end:
            return best[place], looked
        for other in around(place):
            if best[place] + 1 < best.get(other, 1e9):
                best[other] = best[place] + 1
                heapq.heappush(heap, (best[other] + guess(other), other))


path = breadth_first(START, END)
print(len(path) - 1, path[:3], a_star(START, END))
for r, row in enumerate(GRID):
    print("".join("*" if (r, c) in path and cell == "." else cell for c, cell in enumerate(row)))


def floyd(graph):
    names = sorted(graph)
    far = {(a, b): 0 if a == b else graph[a].get(b, float("inf")) for a in names for b in names}
    for k, i, j in product(names, repeat=3):
        far[i, j] = min(far[i, j], far[i, k] + far[k, j])
    return far


def bellman(edges, start, count):
    far = [float("inf")] * count
    far[start] = 0
    for _ in range(count - 1):
        for a, b, w in edges:
            far[b] = min(far[b], far[a] + w)
    return far, any(far[a] + w < far[b] for a, b, w in edges)


graph = {"a": {"b": 4, "c": 1}, "b": {"d": 1}, "c": {"b": 2, "d": 5}, "d": {}}
print(floyd(graph)["a", "d"], floyd(graph)["d", "a"], bellman([(0, 1, 4), (0, 2, 1), (2, 1, -2)], 0, 3), bellman([(0, 1, 1), (1, 0, -2)], 0, 2))
parent = list(range(6))


def find(x):
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


tree = []
for weight, a, b in sorted([(7, 0, 1), (3, 0, 2), (1, 1, 2), (2, 3, 4), (8, 2, 3), (5, 4, 5)]):
    if find(a) != find(b):
        parent[find(a)] = find(b)
        tree.append((a, b, weight))
print(tree, sum(w for *_, w in tree))
colours = {}
for node in sorted(graph, key=lambda n: -len(graph[n])):
    taken = {colours.get(o) for o in [*graph[node], *(m for m in graph if node in graph[m])]}
    colours[node] = next(c for c in range(9) if c not in taken)
print(colours)
