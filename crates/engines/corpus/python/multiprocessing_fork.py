import multiprocessing as mp


def work(n, results):
    results.put((n, n * n))


def cube(n):
    return n ** 3


if __name__ == "__main__":
    context = mp.get_context("fork")
    results = context.Queue()
    processes = [context.Process(target=work, args=(n, results)) for n in range(3)]
    for process in processes:
        process.start()
    print(sorted(results.get() for _ in processes))
    for process in processes:
        process.join()
    print([process.exitcode for process in processes])
    with context.Pool(2) as pool:
        print(pool.map(cube, range(5)))
    value = context.Value("i", 5)
    print(value.value, mp.current_process().name)
