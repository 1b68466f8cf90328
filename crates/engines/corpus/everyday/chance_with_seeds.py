import random
random.seed(42)
print(random.random(), random.randint(1, 6), random.uniform(1, 2), random.choice("abc"))
print(random.sample(range(100), 5), random.choices(["win", "lose"], weights=[1, 9], k=8))
deck = [f"{rank}{suit}" for suit in "SHDC" for rank in "A23456789TJQK"]
random.shuffle(deck)
print(deck[:7], random.gauss(0, 1), random.getrandbits(70))
other = random.Random("a text as a seed")
print([other.randrange(0, 100, 5) for _ in range(6)], other.betavariate(2, 3), other.triangular(0, 1, 0.2))
inside = sum(other.random() ** 2 + other.random() ** 2 <= 1 for _ in range(20_000))
print(4 * inside / 20_000)
state = other.getstate()
first = [other.expovariate(1.5) for _ in range(3)]
other.setstate(state)
print(first == [other.expovariate(1.5) for _ in range(3)], other.randbytes(4).hex(), other.vonmisesvariate(0, 4))
