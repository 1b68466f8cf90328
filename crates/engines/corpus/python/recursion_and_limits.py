import sys


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(900), sys.getrecursionlimit())
sys.setrecursionlimit(5000)
print(depth(4000))


def endless():
    return endless()


try:
    endless()
except RecursionError as error:
    print(error)
