import numpy as np

np.set_printoptions(precision=4, suppress=True)
a = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 2.0]])
b = np.array([1.0, 2.0, 3.0])
x = np.linalg.solve(a, b)
print(x, np.allclose(a @ x, b), round(float(np.linalg.det(a)), 6))
values, vectors = np.linalg.eigh(a)
print(values, np.abs(vectors[:, 0]).round(4))
print(np.linalg.inv(a).round(4), np.linalg.norm(b).round(4), np.trace(a), a.T.shape)
q, r = np.linalg.qr(a)
print(np.allclose(q @ r, a), np.linalg.matrix_rank(a), np.linalg.cond(a).round(3))
points = np.linspace(0, 1, 5)
print(points, np.polyfit(points, 3 * points ** 2 - points + 1, 2).round(6), np.polyval([1.0, 0.0, -1.0], 3.0))
print(np.interp(0.3, points, points ** 2), np.trapezoid(points ** 2, points), np.gradient(points ** 2, points).round(3))
print(np.dot(b, b), np.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), np.outer(b[:2], b[:2]), np.kron(np.eye(2), [[1.0, 2.0]]))
try:
    np.linalg.solve(np.zeros((2, 2)), [1.0, 2.0])
except np.linalg.LinAlgError as error:
    print(error)
try:
    a @ np.ones(2)
except ValueError as error:
    print(str(error).split("(")[0])
