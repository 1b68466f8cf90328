items = {"map": (9, 150), "compass": (13, 35), "water": (153, 200), "sandwich": (50, 160), "glucose": (15, 60), "tin": (68, 45)}
def knapsack(items, limit):
    best = [(0, [])] * (limit + 1)
    for name, (weight, value) in items.items():
        for room in range(limit, weight - 1, -1):
            worth, chosen = best[room - weight]
            if worth + value > best[room][0]:
                best[room] = worth + value, chosen + [name]
    return best[limit]
print(knapsack(items, 200))
def coins(amount, kinds):
    ways = [1] + [0] * amount
    for coin in kinds:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    return ways[amount]
print(coins(100, [1, 5, 10, 25, 50]), coins(10_000, [1, 2, 5, 10, 20, 50, 100, 200]))
