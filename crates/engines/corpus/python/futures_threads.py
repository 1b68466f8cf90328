import concurrent.futures as cf


def square(n):
    if n == 3:
        raise ValueError("three")
    return n * n


with cf.ThreadPoolExecutor(max_workers=4) as pool:
    print(list(pool.map(square, [1, 2, 4])))
    futures = {pool.submit(square, n): n for n in range(5)}
    results = {}
    for future in cf.as_completed(futures):
        error = future.exception()
        results[futures[future]] = repr(error) if error else future.result()
print(sorted(results.items()))
pool = cf.ThreadPoolExecutor()
pool.submit(print, "not waited for by hand")
