import numpy as np
scores = np.array([[85.5, 90, 78], [70, 65.5, 88], [92, 81, 95]])
names = np.array(["Ann", "Bo", "Cy"])
means = scores.mean(axis=1)
for name, mean in sorted(zip(names, means), key=lambda pair: -pair[1]):
    print(f"{name:<4} {mean:6.2f} {'*' * int(mean // 10)}")
print(names[means.argmax()], (scores > 80).sum(axis=0).tolist(), ((scores - scores.mean(0)) / scores.std(0)).round(2).tolist())
weights = np.array([0.5, 0.3, 0.2])
print(np.average(scores, axis=1, weights=weights).round(3), scores.max(), np.median(scores), np.unravel_index(scores.argmin(), scores.shape))
grid = np.zeros((5, 5))
grid[1:4, 1:4] = 1
grid[2, 2] = 9
print(grid, grid.sum(), np.count_nonzero(grid), np.argwhere(grid == 9).tolist(), np.pad([1.0, 2], 1), np.rot90([[1.0, 2], [3, 4]]))
def step(z): return 1 / (1 + np.exp(-z))
rng = np.random.default_rng(7)
x = rng.normal(size=(20, 2)).round(3)
y = (x[:, 0] + x[:, 1] > 0).astype(float)
w = np.zeros(2)
for _ in range(200):
    w -= 0.1 * x.T @ (step(x @ w) - y) / len(y)
print(w.round(4), ((step(x @ w) > 0.5) == y).mean())
