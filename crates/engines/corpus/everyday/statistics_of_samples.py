import math, statistics
data = [2.5, 3.5, 1.0, 4.5, 3.5, 6.0]
print(statistics.mean(data), statistics.median(data), statistics.mode(data))
print(round(statistics.stdev(data), 6), round(statistics.pvariance(data), 6), statistics.quantiles(data, n=4))
print(math.comb(10, 3), math.gcd(84, 36), math.isclose(0.1 + 0.2, 0.3), math.hypot(3, 4), math.factorial(20))
print(round(math.e ** math.pi, 10), math.log2(1024), math.floor(-1.5), math.ceil(1.2), math.inf > 10 ** 300)
