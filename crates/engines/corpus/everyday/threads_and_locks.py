import queue
import threading
import time

lock, total = threading.Lock(), 0


def add(times):
    global total
    for _ in range(times):
        with lock:
            total += 1


threads = [threading.Thread(target=add, args=(100,), name=f"adder-{n}") for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total, [t.is_alive() for t in threads], threads[0].name)
tasks, results = queue.Queue(), []


def work():
    while True:
        item = tasks.get()
        if item is None:
            tasks.task_done()
            return
        results.append(item * item)
        tasks.task_done()


worker = threading.Thread(target=work)
worker.start()
for n in range(5):
    tasks.put(n)
tasks.put(None)
tasks.join()
worker.join()
print(results, tasks.empty())
event = threading.Event()
waiter = threading.Thread(target=lambda: print("woken", event.wait(5)))
waiter.start()
event.set()
waiter.join()
local = threading.local()
local.value = 1
looker = threading.Thread(target=lambda: print(hasattr(local, "value")))
looker.start()
looker.join()
barrier = threading.Barrier(1)
print(barrier.wait(), threading.current_thread().name, threading.active_count())
timer = threading.Timer(0.01, print, ["timer"])
timer.start()
timer.join()
semaphore = threading.BoundedSemaphore(1)
semaphore.acquire()
print(semaphore.acquire(blocking=False))
semaphore.release()
try:
    semaphore.release()
except ValueError as error:
    print(error)
