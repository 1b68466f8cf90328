import numpy as np

grid = np.arange(12.0).reshape(3, 4)
print(grid[1:, ::2], grid[grid % 2 == 0], grid.sum(axis=0), grid.mean(axis=1), grid[:, None].shape)
grid[grid > 9] = -1.0
print(grid, np.where(grid < 0, 0.0, grid).max(), np.argmax(grid) == 9, np.clip(grid, 0, 5)[2])
print(grid + np.array([10.0, 20.0, 30.0, 40.0]), (grid.T * [1.0, 2.0, 3.0]).T[1], np.sqrt(np.abs(grid[2])).round(3))
print(np.concatenate([grid[0], grid[1]]), np.vstack([grid[0], grid[1]]).shape, np.split(grid[0], 2), np.stack([grid, grid]).shape, np.tile([1.0, 2.0], 2))
print(np.unique([3.0, 1.0, 3.0], return_counts=True)[0], np.sort([3.0, 1.0, 2.0])[::-1], np.cumsum([1.0, 2.0]), np.diff([1.0, 4.0, 9.0]), np.isin([1.0, 5.0], [5.0]))
print(np.nanmean([1.0, np.nan, 3.0]), np.isnan([np.nan, 1.0]), np.inf > 1, np.percentile([1.0, 2.0, 3.0, 4.0], 25), np.std([1.0, 3.0]), np.median([5.0, 1.0]))
print(np.zeros((2, 2)), np.eye(2), np.full(2, 7.5), np.linspace(0, 1, 3), np.array(["a", "bb"]), np.array([True, False]).any())
rng = np.random.default_rng(5)
print(rng.random(3).round(6), rng.normal(size=2).round(6), rng.choice(["x", "y", "z"], 3), rng.permutation([1.0, 2.0, 3.0]))
print(np.array2string(np.array([1.23456, 1e-9]), precision=3), np.float64(0.1) + np.float64(0.2), np.round(2.5), np.einsum("ij,ij->i", grid, grid))
records = np.array([("a", 1.5), ("b", 2.5)], dtype=[("name", "U4"), ("value", "f8")])
print(records["value"].sum(), records[records["name"] == "b"], np.dtype("f4").itemsize)
with np.errstate(divide="ignore", invalid="ignore"):
    print(np.array([1.0, 0.0]) / 0.0)
try:
    np.ones(3) + np.ones(4)
except ValueError as error:
    print(error)
try:
    np.arange(3.0).reshape(2, 2)
except ValueError as error:
    print(error)
