prices = {"apple": 1, "pear": 2}
def total(basket):
    return sum(prices[name] * count for name, count in basket.items())
print(total({"apple": 3}))
print(total({"apple": 1, "plum": 2}))
