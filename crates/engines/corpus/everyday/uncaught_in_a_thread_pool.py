from concurrent.futures import ThreadPoolExecutor


def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


with ThreadPoolExecutor(2) as pool:
    print(list(pool.map(half, [2, 4])))
    futures = [pool.submit(half, n) for n in (6, 7)]
print([f.exception() for f in futures])
try:
    futures[1].result()
except ValueError as error:
    print("caught", error)
