import random, heapq
random.seed(7)
def simulate(customers, servers):
    free, waits, clock = [0.0] * servers, [], 0.0
    for _ in range(customers):
        clock += random.expovariate(1.0)
        start = max(clock, heapq.heappop(free))
        waits.append(start - clock)
        heapq.heappush(free, start + random.expovariate(0.6))
    return sum(waits) / len(waits), max(waits)
for servers in (1, 2, 3):
    average, longest = simulate(500, servers)
    print(servers, round(average, 4), round(longest, 4))
