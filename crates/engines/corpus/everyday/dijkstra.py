import heapq
graph = {"a": {"b": 4, "c": 1}, "b": {"d": 1}, "c": {"b": 2, "d": 5}, "d": {}}
def shortest(start):
    best, queue, before = {start: 0}, [(0, start)], {}
    while queue:
        cost, node = heapq.heappop(queue)
        if cost > best[node]:
            continue
        for neighbour, weight in graph[node].items():
            total = cost + weight
            if total < best.get(neighbour, float("inf")):
                best[neighbour] = total
                before[neighbour] = node
                heapq.heappush(queue, (total, neighbour))
    return best, before
best, before = shortest("a")
print(best)
path = ["d"]
while path[-1] != "a":
    path.append(before[path[-1]])
print(" -> ".join(reversed(path)))
