import queue
import threading

lock, total = threading.Lock(), 0
inbox: "queue.Queue[int | None]" = queue.Queue()


def worker():
    global total
    while (item := inbox.get()) is not None:
        with lock:
            total += item
    inbox.put(None)


threads = [threading.Thread(target=worker, name=f"w{n}") for n in range(4)]
for thread in threads:
    thread.start()
for n in range(100):
    inbox.put(n)
inbox.put(None)
for thread in threads:
    thread.join()
print(total, threading.current_thread().name, threading.current_thread() is threading.main_thread(), threading.active_count())
local = threading.local()
local.x = 1
threading.Thread(target=lambda: print(hasattr(local, "x"))).start()
barrier = threading.Barrier(2, action=lambda: print("both"))
other = threading.Thread(target=barrier.wait)
other.start()
barrier.wait()
other.join()
timer = threading.Timer(0.01, print, ["timer"])
timer.start()
