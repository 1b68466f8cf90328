import sched
import time
import timeit

clock = [0.0]
scheduler = sched.scheduler(lambda: clock[0], lambda seconds: clock.__setitem__(0, clock[0] + seconds))
for delay, priority, name in ((3, 1, "c"), (1, 2, "b"), (1, 1, "a")):
    scheduler.enter(delay, priority, lambda name=name: print(clock[0], name))
event = scheduler.enter(2, 1, print, ("never",))
scheduler.cancel(event)
scheduler.run()
start = time.perf_counter()
time.sleep(0.02)
spent = time.perf_counter() - start
print(0.015 < spent < 2, time.monotonic() >= 0, time.time() > 1.7e9, time.process_time() >= 0, time.time_ns() > 10 ** 18)
print(timeit.timeit("x + 1", "x = 1", number=100) >= 0, len(timeit.repeat("pass", number=10, repeat=3)), time.get_clock_info("monotonic").monotonic)
stamp = time.struct_time((2024, 2, 29, 13, 5, 9, 3, 60, 0))
print(time.strftime("%a %d %b %Y %H:%M:%S %p", stamp), time.strptime("5 Mar 23", "%d %b %y").tm_yday, time.asctime(stamp))
import calendar

print(calendar.timegm(stamp), calendar.TextCalendar().formatmonth(2024, 2))


class Timer:
    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_):
        self.took = time.perf_counter() - self.start


with Timer() as timer:
    sum(range(1000))
print(timer.took < 5, f"{3723 // 3600:02d}:{3723 % 3600 // 60:02d}:{3723 % 60:02d}")
