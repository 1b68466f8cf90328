import numpy as np
a = np.arange(12, dtype=np.int64).reshape(3, 4)
print(a, a.T.shape, a.sum(axis=0), a.mean(axis=1), a[1:, ::2], a[a % 3 == 0], sep="\n")
b = np.linspace(0, 1, 5)
print(b, np.round(np.sqrt(b), 4), np.where(b > 0.4, 1.0, -1.0), np.clip(b, 0.2, 0.8), b.argmax(), np.cumsum(b))
print(np.eye(3)[1], np.zeros((2, 2)), np.full(3, 7.5), np.concatenate([b[:2], b[-1:]]), np.stack([b[:2], b[:2]]), np.vstack([[1.0, 2], [3, 4]]))
print(np.sort([3.0, 1, 2])[::-1], np.unique([3.0, 1, 3, 2], return_counts=False), np.allclose(b, b + 1e-9), np.isnan([1, np.nan]), np.nanmean([1, np.nan, 3]))
c = a[:, np.newaxis, :] * np.ones((1, 2, 1))
print(c.shape, c.dtype, (a @ a.T).tolist(), np.outer([1.0, 2], [3, 4]), np.einsum("ij,ij->i", a, a))
print(np.array2string(np.pi * b, precision=3), np.percentile(b, [25, 50]), np.std(b).round(6), np.array(["a", "bc"]).astype("U3"), np.array([True, False]).any())
print(a.flatten()[:3], a.ravel().tolist()[-2:], np.split(b, [2, 3]), np.tile([1.0, 2], 2), np.repeat([1.0, 2], 2), np.meshgrid([1.0, 2], [3.0])[0])
for bad in (lambda: np.ones(3) + np.ones(4), lambda: a[5], lambda: a.reshape(5, 5), lambda: np.linalg.inv(np.zeros((2, 2)))):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
