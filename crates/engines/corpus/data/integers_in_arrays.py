import numpy as np

a = np.array([[1, 2, 3], [4, 5, 6]])
print(repr(a), a.dtype, a.sum(), a * 1000000000, a.astype(int).dtype, a.astype(float).dtype, a.T.tolist())
print(np.arange(1, 21).prod(), (np.arange(100000) ** 2).sum(), np.cumsum(a), np.zeros(3, dtype=int), np.full((2, 2), 7))
print({"best": a.argmax(), "order": np.argsort([3, 1, 2]).tolist(), "where": np.where(a > 4)}, (a > 2).sum(), [(a > 2).sum()], a.max(), [a.max()])
print(np.unique([3, 1, 3], return_counts=True), np.bincount([0, 1, 1]), np.histogram([1, 2, 2, 5], bins=2), np.dot([1, 2], [3, 4]))
print(a // 2, a % 2 == 0, a ** 2, -a, a @ a.T, np.concatenate([a, [[7, 8, 9]]]), np.vstack([[1, 2], [3, 4]]), np.diff([1, 4, 9]))
np.random.seed(3)
print(np.random.randint(0, 100, 5), np.random.randint(10), np.random.rand(2).round(4), np.random.permutation(5), np.random.choice([10, 20, 30], 2))
print(np.random.default_rng(1).integers(0, 10, (2, 3)), np.linspace(0, 10, 5, dtype=int), np.eye(2, dtype=int), np.clip([1, 5, 9], 2, 6), np.round([1.4, 2.6]).astype(int))
b = a.copy()
b[0] = 0
b[b > 5] = -1
print(b, a[:, 1], a[-1, ::2], np.sort([3, 1, 2])[::-1], np.array([1, 2]) == [1, 3], np.array_equal(a, b), np.mean(a), np.median([1, 2, 3, 4]))
print(np.array([2 ** 40]), np.array([1, 2.5]), np.array([1, "a"]).dtype.kind, np.array([True, 2]), np.array([]).dtype, np.int32(5) + np.int64(6), repr(np.int32(7)), np.array([1, 2], dtype=np.int32))
print([int(n) for n in a.flat], a.reshape(3, -1), np.outer([1, 2], [3, 4]), sum(a[0]), max(a[1]), len(a), list(a[0]), np.where([True, False], 1, 2))
print(np.sum([2 ** 30] * 4), np.max([2 ** 31 - 1, 5]) + 1, np.where([True, False], [2 ** 30, 1], [5, 6]) * 4, [np.sum([True, True])], np.sum(a, (0, 1)))
print(np.stack([[1, 2], [3, 4]]) * 2 ** 31, np.append([1], [2, 3]), np.insert([1, 2], 1, 5), np.reshape([1, 2, 3, 4], (2, 2)), np.sort([2 ** 31, 1]), np.prod([2 ** 20] * 3))
