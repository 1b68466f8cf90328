from __future__ import annotations

import math
import operator
from fractions import Fraction
from functools import reduce


class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows differ in length")

    @classmethod
    def identity(cls, n):
        return cls([[int(i == j) for j in range(n)] for i in range(n)])

    @property
    def shape(self):
        return len(self.rows), len(self.rows[0])

    def __matmul__(self, other: Matrix) -> Matrix:
        if self.shape[1] != other.shape[0]:
            raise ValueError(f"shapes {self.shape} and {other.shape} do not fit")
        columns = list(zip(*other.rows))
        return Matrix([[sum(map(operator.mul, row, column)) for column in columns] for row in self.rows])

    def __pow__(self, n):
        return reduce(operator.matmul, [self] * n, Matrix.identity(len(self.rows)))

    def __getitem__(self, place):
        i, j = place
        return self.rows[i][j]

    def __eq__(self, other):
        return self.rows == other.rows

    def __str__(self):
        width = max(len(str(x)) for row in self.rows for x in row)
        return "\n".join(" ".join(str(x).rjust(width) for x in row) for row in self.rows)

    def determinant(self):
        rows, sign, result = [list(map(Fraction, r)) for r in self.rows], 1, Fraction(1)
        for i in range(len(rows)):
            pivot = next((k for k in range(i, len(rows)) if rows[k][i]), None)
            if pivot is None:
                return Fraction(0)
            if pivot != i:
                rows[i], rows[pivot], sign = rows[pivot], rows[i], -sign
            result *= rows[i][i]
            for k in range(i + 1, len(rows)):
                factor = rows[k][i] / rows[i][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
        return sign * result

    def transposed(self):
        return Matrix(zip(*self.rows))


fib = Matrix([[1, 1], [1, 0]])
print(fib ** 10, (fib ** 90)[0, 1], Matrix([[2, 0, 1], [1, 3, 2], [1, 1, 1]]).determinant(), Matrix([[1, 2], [2, 4]]).determinant(), sep="\n")
print(Matrix([[1, 2, 3], [4, 50, 6]]).transposed(), fib ** 0 == Matrix.identity(2), fib != 3 if False else "ok")
for bad in (lambda: Matrix([[1], [1, 2]]), lambda: fib @ Matrix([[1, 2, 3]]), lambda: fib[5, 5]):
    try:
        bad()
    except (ValueError, IndexError) as error:
        print(type(error).__name__, error)
print([round(math.hypot(*p), 3) for p in [(3, 4), (1, 1)]], math.degrees(math.pi), [round(math.sin(math.radians(a)), 4) for a in (0, 30, 90)], math.dist((0, 0), (3, 4)), math.log(8, 2), math.log10(1000), math.exp(1), math.e, math.tau, math.ceil(2.1), math.cbrt(27), math.perm(5, 2))
