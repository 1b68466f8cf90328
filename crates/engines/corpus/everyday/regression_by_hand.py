import statistics as st
hours = [1, 2, 3, 4.5, 5, 6.5, 7, 8]
marks = [52, 55, 61, 64, 70, 72, 80, 83]
slope, intercept = st.linear_regression(hours, marks)
print(f"marks = {intercept:.3f} + {slope:.3f} * hours, r = {st.correlation(hours, marks):.4f}")
print(f"{st.mean(marks):.3f} {st.median(marks)} {st.stdev(marks):.4f} {st.pvariance(marks):.4f} {st.quantiles(marks, n=4)}")
print(st.mode("abracadabra"), st.multimode([1, 1, 2, 2, 3]), round(st.harmonic_mean([40, 60]), 6), round(st.geometric_mean([1, 10, 100]), 6))
normal = st.NormalDist.from_samples(marks)
print(f"{normal.mean:.2f} {normal.stdev:.2f} {normal.cdf(75):.4f} {normal.inv_cdf(0.9):.3f}")
weights, rate = [0.0, 0.0], 0.01
for _ in range(5000):
    errors = [weights[0] + weights[1] * x - y for x, y in zip(hours, marks)]
    weights[0] -= rate * sum(errors) / len(errors)
    weights[1] -= rate * sum(error * x for error, x in zip(errors, hours)) / len(errors)
print([round(weight, 3) for weight in weights])
