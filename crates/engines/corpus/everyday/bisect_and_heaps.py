import bisect, heapq
grades = [60, 70, 80, 90]
print(["FDCBA"[bisect.bisect(grades, score)] for score in (33, 99, 77, 70, 89, 90, 100)])
numbers = [5, 1, 8, 3, 9, 2]
heapq.heapify(numbers)
print(heapq.nsmallest(3, numbers), heapq.nlargest(2, numbers), [heapq.heappop(numbers) for _ in range(3)], list(heapq.merge([1, 4], [2, 3])))
