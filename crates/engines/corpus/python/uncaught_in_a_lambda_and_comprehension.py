import functools

rows = [{"n": 1}, {"n": 0}]
compute = lambda row: 10 / row["n"]
print(functools.reduce(lambda a, b: a + b, [1, 2]))
result = [compute(row)
          for row in rows]
