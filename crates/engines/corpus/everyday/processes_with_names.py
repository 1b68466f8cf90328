import multiprocessing as mp


def square(n):
    return n * n


def describe(name, queue):
    queue.put((name, mp.current_process().name, __name__))


class Counter:
    def __init__(self, start):
        self.count = start

    def bump(self):
        self.count += 1
        return self.count


def bump(counter):
    return counter.bump()


if __name__ == "__main__":
    queue = mp.Queue()
    workers = [mp.Process(target=describe, args=(name, queue), name=f"worker-{name}") for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(sorted(queue.get() for _ in workers), [worker.exitcode for worker in workers])
    counter = Counter(10)
    with mp.Pool(2) as pool:
        print(pool.map(square, range(5)), pool.apply(bump, (counter,)), counter.count)
        print(pool.starmap(pow, [(2, 3), (3, 2)]), list(pool.imap(square, [7, 8])))
