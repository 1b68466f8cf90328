counter = 0


def outer():
    local = 10

    def inner():
        nonlocal local
        global counter, made
        local += 1
        counter += 1
        made = "by inner"
        return local

    return inner


step = outer()
step()
print(step(), counter, made, "made" in globals())
numbers = [1, 2, 3]
squares = [n * n for n in numbers if (last := n)]
print(squares, last, [f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]])


class Scope:
    x = [n for n in range(2)]
    y = len(x)


def late():
    print(unbound)
    unbound = 1


print(Scope.y, eval("counter + 1"), locals() is globals())
exec("created = counter * 100")
print(created)
try:
    late()
except UnboundLocalError as error:
    print(error)
del counter
print(counter)
