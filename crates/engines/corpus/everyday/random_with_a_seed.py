import random
random.seed(42)
print([random.randint(1, 6) for _ in range(10)])
print(random.choice("abcdef"), random.sample(range(100), 5), round(random.random(), 6))
deck = list(range(10))
random.shuffle(deck)
print(deck, round(random.gauss(0, 1), 6), random.choices(["a", "b"], weights=[1, 3], k=5))
