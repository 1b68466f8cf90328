def endless(n):
    return endless(n + 1)


endless(0)
