import sys

print(len(str(2 ** 10000)), sys.maxsize)
big = bytearray(10_000_000)
big[5_000_000] = 1
print(len(big), big.index(1), sum(range(10 ** 6)))
try:
    int("9" * 5000)
except ValueError as error:
    print(error)
matrix = [[i * j for j in range(100)] for i in range(100)]
print(sum(map(sum, matrix)), list(zip(*matrix))[2][:3])
