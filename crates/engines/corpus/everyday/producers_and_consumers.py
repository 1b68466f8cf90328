import queue
import threading
tasks, results, stop = queue.Queue(), queue.Queue(), object()
def consume():
    while (task := tasks.get()) is not stop:
        results.put((task, task ** 2))
        tasks.task_done()
    tasks.task_done()
threads = [threading.Thread(target=consume, name=f"worker-{n}") for n in range(3)]
for n in range(10):
    tasks.put(n)
for _ in threads:
    tasks.put(stop)
for thread in threads:
    thread.start()
tasks.join()
for thread in threads:
    thread.join()
print(sorted(results.get() for _ in range(results.qsize())), tasks.empty(), any(thread.is_alive() for thread in threads))
ready, value = threading.Event(), []
def waits():
    ready.wait()
    value.append("went on")
waiter = threading.Thread(target=waits)
waiter.start()
ready.set()
waiter.join()
print(value, ready.is_set())
local = threading.local()
seen = {}
def own(n):
    local.n = n
    seen[n] = local.n
for n in range(3):
    thread = threading.Thread(target=own, args=(n,))
    thread.start()
    thread.join()
print(seen, hasattr(local, "n"), threading.current_thread().name)
priority = queue.PriorityQueue()
for item in [(3, "low"), (1, "high"), (2, "middle")]:
    priority.put(item)
print([priority.get()[1] for _ in range(3)])
small = queue.Queue(maxsize=1)
small.put(1)
try:
    small.put_nowait(2)
except queue.Full:
    print("full")
try:
    queue.LifoQueue().get(timeout=0.01)
except queue.Empty:
    print("empty")
counter, lock = 0, threading.RLock()
def add():
    global counter
    for _ in range(1000):
        with lock:
            counter += 1
threads = [threading.Thread(target=add) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(counter)
