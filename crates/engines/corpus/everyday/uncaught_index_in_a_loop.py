rows = [[1, 2, 3], [4, 5], [6, 7, 8]]
total = 0
for number, row in enumerate(rows):
    print(number, row[0])
    total += row[2]
print(total)
