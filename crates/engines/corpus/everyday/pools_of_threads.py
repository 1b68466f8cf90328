import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait, FIRST_COMPLETED


def slow(n):
    time.sleep(0.001 * n)
    if n == 3:
        raise ValueError("three")
    return n * 2


with ThreadPoolExecutor(max_workers=3, thread_name_prefix="pool") as pool:
    futures = [pool.submit(slow, n) for n in range(5)]
    for future in futures:
        print(future.exception() or future.result())
    print(list(pool.map(str.upper, ["a", "b"], timeout=5)))
    done, rest = wait([pool.submit(slow, 0), pool.submit(slow, 1)], return_when=FIRST_COMPLETED)
    print(len(done) >= 1, sorted(f.result() for f in as_completed([pool.submit(slow, n) for n in (2, 1)])))
    try:
        list(pool.map(slow, [2, 3, 4]))
    except ValueError as error:
        print("map:", error)
    future = pool.submit(slow, 1)
    future.add_done_callback(lambda f: print("callback", f.result()))
    future.result()
print(future.done(), future.cancel(), future.cancelled())
try:
    pool.submit(slow, 1)
except RuntimeError as error:
    print(error)
