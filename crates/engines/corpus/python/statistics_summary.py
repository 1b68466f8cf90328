import math
import statistics as st

data = [2.75, 1.75, 1.25, 0.25, 0.5, 1.25, 3.5]
print(f"mean={st.mean(data):.4f} median={st.median(data)} mode={st.mode(data)}")
print(f"stdev={st.stdev(data):.4f} pstdev={st.pstdev(data):.4f} variance={st.variance(data):.4f}")
print([round(q, 3) for q in st.quantiles(data, n=4)])
x, y = [1, 2, 3, 4, 5], [2.1, 3.9, 6.2, 7.8, 10.1]
slope, intercept = st.linear_regression(x, y)
print(round(slope, 3), round(intercept, 3), round(st.correlation(x, y), 5))
print(math.fsum([0.1] * 10), sum([0.1] * 10), math.comb(10, 3), math.isclose(0.1 + 0.2, 0.3))
print(0.1 + 0.2, 1e22, 1e-7, -0.0, float("inf"), float("nan"), 2 ** 0.5)
