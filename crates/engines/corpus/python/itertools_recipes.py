import itertools as it
import operator

print(list(it.accumulate([1, 2, 3, 4], operator.mul)), list(it.chain.from_iterable(["ab", "cd"])))
print(list(it.combinations("abc", 2)), len(list(it.permutations(range(5)))), list(it.product("ab", repeat=2))[:3])
rows = [("x", 1), ("x", 2), ("y", 3)]
print({key: [v for _, v in group] for key, group in it.groupby(rows, key=operator.itemgetter(0))})
print(list(it.zip_longest("ab", "xyz", fillvalue="-")), list(it.pairwise([1, 4, 9])), list(it.compress("abcd", [1, 0, 1, 0])))
a, b = it.tee(iter("hey"))
print(next(a), list(b), list(a), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.islice(it.count(10, 5), 3)), list(it.repeat("z", 2)))


def batched(iterable, n):
    iterator = iter(iterable)
    while batch := tuple(it.islice(iterator, n)):
        yield batch


print(list(batched("abcdefg", 3)), list(it.dropwhile(lambda n: n < 3, [1, 3, 2])))
