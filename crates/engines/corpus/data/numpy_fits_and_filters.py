import numpy as np

rng = np.random.default_rng(0)
x = np.linspace(0, 10, 50)
y = 2.5 * x + 1.0 + rng.normal(0, 0.5, 50)
slope, intercept = np.polyfit(x, y, 1)
print(round(float(slope), 6), round(float(intercept), 6), np.corrcoef(x, y)[0, 1].round(6))
design = np.column_stack([x, np.ones_like(x)])
solution, residual, rank, _ = np.linalg.lstsq(design, y, rcond=None)
print(solution.round(6), residual.round(6), int(rank))
signal = np.sin(2 * np.pi * 5 * np.linspace(0, 1, 64, endpoint=False))
spectrum = np.abs(np.fft.rfft(signal))
print(int(np.argmax(spectrum)), spectrum.max().round(4), np.fft.ifft(np.fft.fft([1.0, 2.0, 3.0])).real.round(6))
print(np.convolve([1.0, 2.0, 3.0], [0.5, 0.5], mode="valid"), np.histogram([1.0, 2.0, 2.5, 9.0], bins=[0, 2, 4, 10])[0].tolist())


def kmeans(points, k, rounds=10):
    centres = points[:k].copy()
    for _ in range(rounds):
        labels = np.argmin(((points[:, None] - centres) ** 2).sum(axis=2), axis=1)
        centres = np.array([points[labels == n].mean(axis=0) for n in range(k)])
    return centres


points = np.vstack([rng.normal(c, 0.1, (20, 2)) for c in (0.0, 3.0, 6.0)])[[0, 25, 45, *range(1, 20), *range(20, 25)]]
print(np.sort(kmeans(points, 3)[:, 0]).round(4))


def gradient_descent(f, start, rate=0.1, steps=60):
    at = np.array(start)
    for _ in range(steps):
        slope = np.array([(f(at + d) - f(at - d)) / 2e-6 for d in np.eye(len(at)) * 1e-6])
        at = at - rate * slope
    return at


print(gradient_descent(lambda p: (p[0] - 1) ** 2 + 2 * (p[1] + 0.5) ** 2, [4.0, 4.0]).round(3))
