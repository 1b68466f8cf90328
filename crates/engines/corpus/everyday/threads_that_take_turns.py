import queue
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, as_completed, wait

# Two threads, each of which waits for the other.
ping, pong = threading.Event(), threading.Event()
said = []


def player(own, other, word):
    for round in range(3):
        own.wait()
        own.clear()
        said.append(f"{word} {round}")
        other.set()


players = [threading.Thread(target=player, args=arguments) for arguments in ((ping, pong, "ping"), (pong, ping, "pong"))]
for thread in players:
    thread.start()
ping.set()
for thread in players:
    thread.join()
print(said)

# A queue that holds little, so that both sides wait.
items, done = queue.Queue(maxsize=2), []


def produce():
    for number in range(6):
        items.put(number)
    items.put(None)


def consume():
    while (number := items.get()) is not None:
        done.append(number * number)
        items.task_done()
    items.task_done()


workers = [threading.Thread(target=produce), threading.Thread(target=consume)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
items.join()
print(done, items.empty())
try:
    items.get(timeout=0.01)
except queue.Empty:
    print("nothing more")

# All have to be there before one goes on.
barrier, order = threading.Barrier(3, action=lambda: order.append("all here")), []


def meet(name):
    order.append("arrives")
    barrier.wait()
    order.append("goes on")


meeting = [threading.Thread(target=meet, args=(name,)) for name in "abc"]
for thread in meeting:
    thread.start()
for thread in meeting:
    thread.join()
print(order)

# Who sleeps does not keep the others from work.
begun, finished = threading.Semaphore(0), []


def sleeper(seconds, name):
    begun.release()
    time.sleep(seconds)
    finished.append(name)


with ThreadPoolExecutor(max_workers=3) as pool:
    for seconds, name in ((0.6, "slow"), (0.3, "middle"), (0.0, "quick")):
        pool.submit(sleeper, seconds, name)
print(finished)


def work(number):
    if number == 2:
        raise ValueError(f"{number} is bad")
    return number * 10


with ThreadPoolExecutor(max_workers=2, thread_name_prefix="w") as pool:
    jobs = {pool.submit(work, number): number for number in range(4)}
    for job in sorted(as_completed(jobs), key=jobs.get):
        print(jobs[job], job.exception() or job.result())
    over, rest = wait(jobs, return_when=FIRST_EXCEPTION)
    print(len(over), len(rest), list(pool.map(work, (5, 6))))
    print(all(thread.name.startswith("w_") for thread in threading.enumerate() if thread is not threading.main_thread()))

# A condition, a lock that its owner takes again, and what each thread has for itself.
condition, own, shared = threading.Condition(), threading.local(), []
lock = threading.RLock()


def count_down(depth):
    with lock:
        return depth if not depth else count_down(depth - 1)


def take():
    own.name = threading.current_thread().name
    with condition:
        condition.wait_for(lambda: shared, timeout=5)
        print(own.name, "takes", shared.pop(), count_down(3))


taker = threading.Thread(target=take, name="taker")
taker.start()
with condition:
    shared.append("it")
    condition.notify()
taker.join()
print(hasattr(own, "name"), threading.active_count())


class Ticker(threading.Thread):
    """Ends when it is told to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.ticks = threading.Event(), 0

    def run(self):
        while not self.over.wait(0.001):
            self.ticks += 1


ticker = Ticker()
ticker.start()
while ticker.ticks < 3:
    time.sleep(0.001)
ticker.over.set()
ticker.join()
print(ticker.ticks >= 3, ticker.is_alive())
flag = []


def spin():
    turns = 0
    while not flag:
        turns += 1
    flag.append(turns > 0)


spinner = threading.Thread(target=spin)
spinner.start()
flag.append("stop")
spinner.join()
print(flag)
