data = ["3", "x", "10", "", "7"]
print([n for text in data if text.isdigit() and (n := int(text)) > 3], {k: len(k) for k in data}, {len(t) for t in data})
matrix = [[i * j for j in range(4)] for i in range(4)]
print([value for row in matrix for value in row if value % 2], sum(x * x for x in range(10)), any(x > 8 for x in range(9)), all([]))
first, *middle, last = range(6)
print(first, middle, last, *reversed("abc"), sep=", ", end="!\n")
print(dict(zip("abc", range(3))) | {"c": 9}, sorted("bAc", key=str.lower), max("apple", "fig", key=len), list(filter(None, [0, 1, "", "a"])))
