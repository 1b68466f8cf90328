import functools
@functools.lru_cache(maxsize=None)
def ways(amount, coins=(50, 20, 10, 5, 2, 1)):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return ways(amount - coins[0], coins) + ways(amount, coins[1:])
print(ways(100), ways.cache_info().currsize > 100)
print(functools.reduce(lambda a, b: a * 10 + b, [1, 2, 3]))
double = functools.partial(int, base=2)
print(double("1011"))
@functools.singledispatch
def show(value):
    return f"thing {value}"
@show.register
def _(value: int):
    return f"number {value}"
print(show(1), show("x"))
