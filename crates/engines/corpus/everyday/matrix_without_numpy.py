def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]
def determinant(matrix):
    if len(matrix) == 1:
        return matrix[0][0]
    return sum((-1) ** c * matrix[0][c] * determinant([row[:c] + row[c + 1:] for row in matrix[1:]]) for c in range(len(matrix)))
a = [[2, 0, 1], [1, 3, 2], [1, 1, 4]]
print(multiply(a, a), determinant(a))
print([list(row) for row in zip(*a)])
for row in a:
    print(" ".join(f"{value:4d}" for value in row))
