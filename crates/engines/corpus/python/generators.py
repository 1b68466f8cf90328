def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None:
            return total
        total += value
        count += 1
        average = total / count


def wrapper(results):
    results.append((yield from averager()))


from itertools import islice, takewhile

print(list(islice(fibonacci(), 12)), sum(takewhile(lambda n: n < 100, fibonacci())))
results = []
coroutine = wrapper(results)
next(coroutine)
print([coroutine.send(n) for n in (10, 20, 60)])
try:
    coroutine.send(None)
except StopIteration:
    print(results)


def cleaning():
    try:
        yield 1
    finally:
        print("closed")


g = cleaning()
next(g)
g.close()
