import math
import random
from collections import Counter, defaultdict
random.seed(3)
points = [(random.gauss(cx, 0.5), random.gauss(cy, 0.5)) for cx, cy in [(0, 0), (5, 5), (0, 5)] for _ in range(20)]
centres = points[::20]
for _ in range(10):
    groups = [min(range(3), key=lambda k: math.dist(p, centres[k])) for p in points]
    centres = [tuple(sum(c) / len(c) for c in zip(*[p for p, g in zip(points, groups) if g == k])) for k in range(3)]
print(Counter(groups), [tuple(round(x, 2) for x in c) for c in centres])
train = [("win money now", 1), ("meeting at noon", 0), ("win a prize", 1), ("lunch at noon", 0), ("money prize inside", 1)]
words, counts = defaultdict(Counter), Counter(label for _, label in train)
for text, label in train:
    words[label].update(text.split())
vocabulary = {word for counter in words.values() for word in counter}
def score(text, label):
    total = sum(words[label].values()) + len(vocabulary)
    return math.log(counts[label] / len(train)) + sum(math.log((words[label][w] + 1) / total) for w in text.split())
for text in ("win at noon", "money prize", "lunch meeting"):
    print(text, max((0, 1), key=lambda label: score(text, label)), f"{score(text, 1):.4f}")
links = {"a": "bc", "b": "c", "c": "a", "d": "c"}
rank = dict.fromkeys(links, 1 / 4)
for _ in range(50):
    rank = {n: 0.15 / 4 + 0.85 * sum(rank[m] / len(links[m]) for m in links if n in links[m]) for n in links}
print({n: round(r, 4) for n, r in rank.items()})
documents = ["the cat sat", "the dog sat down", "a cat and a dog"]
idf = {w: math.log(len(documents) / sum(w in d.split() for d in documents)) for w in set(" ".join(documents).split())}
print({w: round(idf[w], 3) for w in sorted(idf)})
