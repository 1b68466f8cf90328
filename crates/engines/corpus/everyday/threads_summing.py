import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
lock, total = threading.Lock(), 0
def add(values):
    global total
    for value in values:
        with lock:
            total += value
threads = [threading.Thread(target=add, args=(range(n, 100, 4),)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total)
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda n: n * n, range(6))))
    futures = {pool.submit(pow, n, 2): n for n in range(3)}
    print(sorted(future.result() for future in as_completed(futures)))
