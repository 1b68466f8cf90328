import multiprocessing as mp
import sys

LIMIT = 10


class Task:
    def __init__(self, n):
        self.n = n

    def __call__(self):
        return min(self.n, LIMIT)


def work(task, results):
    results.put((task(), __name__, type(task).__module__))


print("read as", __name__)
sys.stdout.flush()

if __name__ == "__main__":
    context = mp.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=work, args=(Task(50), results))
    process.start()
    print(results.get())
    process.join()
    print(process.exitcode)
