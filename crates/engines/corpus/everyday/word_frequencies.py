import string
from collections import Counter
text = """It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness, it was the epoch of belief"""
words = [word.strip(string.punctuation).lower() for word in text.split()]
counts = Counter(words)
width = max(map(len, counts))
for word, count in counts.most_common(6):
    print(f"{word:>{width}} | {'#' * count} {count}")
print(sum(counts.values()), len(counts), round(len(counts) / len(words), 3))
