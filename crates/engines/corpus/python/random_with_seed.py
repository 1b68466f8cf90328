import random

random.seed(42)
print(random.randint(1, 100), round(random.random(), 6), random.choice("abcdef"), random.sample(range(50), 4))
cards = list(range(10))
random.shuffle(cards)
print(cards, round(random.gauss(0, 1), 4), random.choices("ab", weights=[1, 9], k=5))
print(random.Random(7).getrandbits(32))
