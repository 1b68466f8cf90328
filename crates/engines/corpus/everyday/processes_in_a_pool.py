import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
def is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))
def square(n):
    return n * n
if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print(list(pool.map(is_prime, range(10))))
        futures = [pool.submit(square, n) for n in range(4)]
        print(sorted(future.result() for future in as_completed(futures)))
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, [1, 2, 3]), pool.starmap(pow, [(2, 3), (3, 2)]), pool.apply_async(square, (9,)).get(timeout=10))
    print(multiprocessing.cpu_count() > 0, multiprocessing.current_process().name)
