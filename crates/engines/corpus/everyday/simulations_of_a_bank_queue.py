import heapq
import random
import statistics
from dataclasses import dataclass, field


@dataclass(order=True)
class Event:
    time: float
    kind: str = field(compare=False)
    customer: int = field(compare=False, default=0)


def simulate(seed, servers, customers=200):
    rng = random.Random(seed)
    events, waiting, waits, free, arrived = [Event(0.0, "arrive")], [], [], servers, 0
    while events:
        event = heapq.heappop(events)
        if event.kind == "arrive":
            arrived += 1
            waiting.append(event.time)
            if arrived < customers:
                heapq.heappush(events, Event(event.time + rng.random() * 2, "arrive", arrived))
        else:
            free += 1
        while free and waiting:
            waits.append(event.time - waiting.pop(0))
            free -= 1
            heapq.heappush(events, Event(event.time + 0.5 + rng.random() * 2, "leave"))
    return waits


for servers in (1, 2, 3):
    waits = simulate(1, servers)
    print(servers, len(waits), round(statistics.fmean(waits), 6), round(max(waits), 6), round(statistics.median(waits), 6))
rng = random.Random(42)
inside = sum(rng.random() ** 2 + rng.random() ** 2 <= 1 for _ in range(2000))
print(inside, 4 * inside / 2000)
walk = [0]
for _ in range(30):
    walk.append(walk[-1] + rng.choice((-1, 1)))
print(walk, min(walk), max(walk))
deck = [f"{rank}{suit}" for suit in "SH" for rank in "A23"]
rng.shuffle(deck)
print(deck, rng.sample(deck, 3), rng.choices(deck, k=2), rng.randrange(0, 100, 7), [rng.randint(1, 6) for _ in range(8)])
