import copy
import operator


def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


identity = [[int(i == j) for j in range(3)] for i in range(3)]
m = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
print(multiply(m, identity) == m, multiply(m, m))
people = [("Bo", 30), ("Al", 25), ("Cy", 30)]
print(sorted(people, key=operator.itemgetter(1, 0)), sorted(people, key=lambda p: (-p[1], p[0])), min(people, key=len))
deep = copy.deepcopy(m)
deep[0][0] = 99
print(m[0][0], deep[0], m[-1][::-1], m[1:] + [[0]], [*range(3), *"ab"], {**{"a": 1}, "b": 2}, {1, 2} ^ {2, 3})
first, *middle, last = range(5)
print(first, middle, last, any(n > 3 for n in middle), all([]), "yes" if m else "no", 1 < 2 < 3, not None)
