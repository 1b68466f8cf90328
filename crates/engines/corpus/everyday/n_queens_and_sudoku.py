def queens(size, row=0, columns=(), up=(), down=()):
    if row == size:
        yield columns
        return
    for column in range(size):
        if column not in columns and row + column not in up and row - column not in down:
            yield from queens(size, row + 1, columns + (column,), up + (row + column,), down + (row - column,))
solutions = list(queens(6))
print(len(solutions), solutions[0])
for column in solutions[0]:
    print("." * column + "Q" + "." * (5 - column))
print(sum(1 for _ in queens(8)))
