def numbers():
    for n in (4, 2, 0):
        yield 8 // n


def consume(source):
    return [n + 1 for n in source]


try:
    consume(numbers())
except ZeroDivisionError as error:
    print("first time:", error)
consume(numbers())
