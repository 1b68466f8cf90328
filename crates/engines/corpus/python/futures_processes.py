from concurrent.futures import ProcessPoolExecutor


class Job:
    def __init__(self, n):
        self.n = n


def run(job):
    return job.n ** 2, __name__


def fail(_):
    raise KeyError("in a process")


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print(list(pool.map(run, [Job(1), Job(2), Job(3)])))
        try:
            pool.submit(fail, 1).result()
        except KeyError as error:
            print("caught", error)
