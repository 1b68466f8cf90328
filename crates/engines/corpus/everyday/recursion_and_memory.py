import functools
import sys
from collections import deque


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)


def permutations(items):
    if not items:
        yield []
    for i, item in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [item, *rest]


def flood(grid, x, y, new):
    old, todo = grid[y][x], deque([(x, y)])
    while todo:
        x, y = todo.popleft()
        if 0 <= y < len(grid) and 0 <= x < len(grid[0]) and grid[y][x] == old != new:
            grid[y][x] = new
            todo.extend([(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)])
    return ["".join(row) for row in grid]


def longest(a, b):
    table = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + x if x == y else max(table[i][j + 1], table[i + 1][j], key=len)
    return table[-1][-1]


print(fib(90), fib.cache_info().hits, len(hanoi(6)), hanoi(2), len(list(permutations([1, 2, 3, 4]))))
print(*flood([list("..#."), list(".##."), list("...#")], 0, 0, "o"), sep="\n")
print(longest("AGGTAB", "GXTXAYB"), [n for n in range(2, 60) if all(n % d for d in range(2, int(n ** 0.5) + 1))])


def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


print(ackermann(2, 3))
try:
    fib.__wrapped__.__globals__["deep"] = lambda n: deep(n + 1)
    deep(0)
except RecursionError as error:
    print(type(error).__name__, error)
matrix = [[1, 2], [3, 4], [5, 6]]
print([list(row) for row in zip(*matrix)], [[sum(a * b for a, b in zip(r, c)) for c in zip(*[[1, 0], [0, 1]])] for r in matrix], sys.getrecursionlimit())
