import bisect
import heapq

graph = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {}}


def dijkstra(start):
    distance, heap = {start: 0}, [(0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if cost > distance[node]:
            continue
        for neighbour, weight in graph[node].items():
            if cost + weight < distance.get(neighbour, float("inf")):
                distance[neighbour] = cost + weight
                heapq.heappush(heap, (cost + weight, neighbour))
    return distance


print(dijkstra("a"), heapq.nlargest(2, [5, 1, 9]), list(heapq.merge([1, 4], [2, 3])))
grades = [60, 70, 80, 90]
print([("FDCBA"[bisect.bisect(grades, score)], score) for score in (33, 60, 77, 95)])
bisect.insort(grades, 75)
print(grades, bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect([(1, "a")], 0, key=lambda p: p[0]))
