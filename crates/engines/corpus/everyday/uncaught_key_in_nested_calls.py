PRICES = {"tea": 2.5}


def price(name):
    return PRICES[name]


def total(order):
    return sum(price(name) * count for name, count in order.items())


print(total({"tea": 2}))
print(total({"tea": 1, "rum": 1}))
