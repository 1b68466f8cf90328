def averager():
    total = count = 0
    average = None
    while True:
        try:
            value = yield average
        except ZeroDivisionError:
            total = count = 0
            average = None
            continue
        if value is None:
            return count, average
        total += value
        count += 1
        average = total / count
def collect(results):
    while True:
        results.append((yield from averager()))
results = []
group = collect(results)
next(group)
print([group.send(n) for n in (10, 20, 60)])
group.throw(ZeroDivisionError)
print(group.send(5), group.send(None), results)
group.close()
def numbers(text):
    for line in text.splitlines():
        if line.strip():
            yield int(line)
def running(values, size):
    window = []
    for value in values:
        window = (window + [value])[-size:]
        yield sum(window) / len(window)
print(list(running(numbers("1\n2\n\n3\n10\n"), 2)))
def countdown(n):
    try:
        while n:
            yield n
            n -= 1
    finally:
        print("cleaned at", n)
for n in countdown(5):
    if n == 3:
        break
del n
it = iter([1, 2, 3])
print(list(zip(it, it)), next(it, "none"), (lambda *a, **k: (a, k))(*range(2), **{"z": 1}))
def flat(value):
    for item in value:
        if isinstance(item, (list, tuple)):
            yield from flat(item)
        else:
            yield item
print([*flat([1, [2, (3, [4]), []], "ab"])], dict(enumerate("ab", 1)), [*map(None.__class__, [])], all([]), any([]))
