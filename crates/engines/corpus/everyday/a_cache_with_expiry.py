import functools
import threading
from collections import OrderedDict


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Cache:
    def __init__(self, limit, lasts, clock):
        self.limit, self.lasts, self.clock = limit, lasts, clock
        self.entries, self.lock = OrderedDict(), threading.RLock()
        self.hits = self.misses = 0

    def __call__(self, function):
        @functools.wraps(function)
        def wrapper(*arguments, **names):
            key = arguments + tuple(sorted(names.items()))
            with self.lock:
                if key in self.entries and self.entries[key][0] > self.clock():
                    self.hits += 1
                    self.entries.move_to_end(key)
                    return self.entries[key][1]
                self.misses += 1
                value = function(*arguments, **names)
                self.entries[key] = (self.clock() + self.lasts, value)
                while len(self.entries) > self.limit:
                    self.entries.popitem(last=False)
                return value

        return wrapper


clock = Clock()
cache = Cache(2, 10, clock)


@cache
def slow(n, power=1):
    print("computing", n, power)
    return n ** power


print(slow(2), slow(2), slow(3, power=2), slow(3, power=2), slow(4), slow(2))
clock.now = 11
print(slow(4), cache.hits, cache.misses, list(cache.entries))


class Lazy:
    @functools.cached_property
    def value(self):
        print("once")
        return 5


lazy = Lazy()
print(lazy.value, lazy.value, vars(lazy))


@functools.lru_cache(maxsize=2)
def square(n):
    return n * n


[square(n) for n in (1, 2, 1, 3, 2)]
print(square.cache_info(), square.cache_parameters())
square.cache_clear()
print(square.cache_info().currsize)


@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


print(Version("1.10") > Version("1.9"), Version("2") >= Version("2.0"), sorted(map(Version, ["1.2", "1.0"]))[0].parts)
