import multiprocessing as mp
import time
def produce(queue, count, box):
    box.append(count)
    for number in range(count):
        queue.put((mp.current_process().name.split("-")[0], number))
class Adder(mp.Process):
    def __init__(self, total):
        super().__init__(name="adder")
        self.total = total
    def run(self):
        with self.total.get_lock():
            self.total.value += 5
def shout(end):
    while True:
        text = end.recv()
        if text is None:
            break
        end.send(text.upper())
def double(number):
    time.sleep(0.001)
    return number * 2
def note(shared, key, value):
    shared[key] = value
if __name__ == "__main__":
    queue, box = mp.Queue(), []
    processes = [mp.Process(target=produce, args=(queue, 2, box)) for _ in range(2)]
    for process in processes:
        process.start()
    print(sorted(queue.get() for _ in range(4)), box)
    for process in processes:
        process.join()
    print([process.exitcode for process in processes], any(process.is_alive() for process in processes))
    total = mp.Value("i", 1)
    adder = Adder(total)
    adder.start()
    adder.join()
    print(adder.name, total.value, adder.exitcode)
    with mp.Manager() as manager:
        shared = manager.dict()
        process = mp.Process(target=note, args=(shared, "a", [1, 2]))
        process.start()
        process.join()
        print(dict(shared))
    ours, theirs = mp.Pipe()
    process = mp.Process(target=shout, args=(theirs,))
    process.start()
    theirs.close()
    for text in ("hello", "there"):
        ours.send(text)
        print(ours.recv())
    ours.send(None)
    process.join()
    numbers = mp.Array("d", 3)
    numbers[1] = 2.5
    print(numbers[:], process.exitcode)
    with mp.Pool(2) as pool:
        print(pool.map(double, range(5)), sorted(pool.imap_unordered(double, [1, 2])), pool.apply(double, (3,)))
        try:
            pool.map(int, ["1", "x"])
        except ValueError as error:
            print(error)
    print(mp.active_children(), mp.cpu_count() > 0)
