import time
import timeit
from datetime import datetime, timezone
start = time.perf_counter()
total = sum(i * i for i in range(10_000))
elapsed = time.perf_counter() - start
print(total, 0 < elapsed < 5, time.time() > 1.6e9, time.monotonic() <= time.monotonic())
print(timeit.timeit("x = 1", number=100) < 1, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(0)), time.gmtime(86400).tm_yday)
print(datetime.fromtimestamp(0, timezone.utc), abs(datetime.now(timezone.utc).timestamp() - time.time()) < 5, datetime.now() > datetime(2020, 1, 1))
begin = time.monotonic()
time.sleep(0.02)
print(time.monotonic() - begin >= 0.02, time.process_time() >= 0, time.strptime("12:30", "%H:%M").tm_hour)
class Stopwatch:
    def __enter__(self): self.begin = time.perf_counter_ns(); return self
    def __exit__(self, *_): self.taken = time.perf_counter_ns() - self.begin
with Stopwatch() as watch:
    sorted(range(1000), key=lambda n: -n)
print(watch.taken > 0, isinstance(watch.taken, int))
