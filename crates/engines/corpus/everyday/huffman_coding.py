import heapq
from collections import Counter
text = "she sells sea shells by the sea shore"
heap = [(count, place, letter) for place, (letter, count) in enumerate(sorted(Counter(text).items()))]
heapq.heapify(heap)
place = len(heap)
while len(heap) > 1:
    (a, _, left), (b, _, right) = heapq.heappop(heap), heapq.heappop(heap)
    heapq.heappush(heap, (a + b, place, (left, right)))
    place += 1
codes = {}
def walk(node, prefix=""):
    if isinstance(node, str):
        codes[node] = prefix or "0"
    else:
        walk(node[0], prefix + "0")
        walk(node[1], prefix + "1")
walk(heap[0][2])
packed = "".join(codes[letter] for letter in text)
for letter, code in sorted(codes.items(), key=lambda item: (len(item[1]), item[0])):
    print(f"{letter!r:5} {code}")
print(f"{len(packed)} bits instead of {8 * len(text)}: {len(packed) / (8 * len(text)):.1%}")
back, node = [], heap[0][2]
for bit in packed:
    node = node[int(bit)]
    if isinstance(node, str):
        back.append(node)
        node = heap[0][2]
assert "".join(back) == text
