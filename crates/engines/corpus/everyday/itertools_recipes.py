from itertools import accumulate, chain, combinations, cycle, groupby, islice, pairwise, permutations, product, takewhile, zip_longest
print(list(accumulate([1, 2, 3, 4], lambda a, b: a * b)), list(pairwise("abcd")))
print(list(combinations("abc", 2)), len(list(permutations(range(5)))), list(product([0, 1], repeat=2)))
for key, group in groupby(sorted(["apple", "avocado", "bean", "beet", "corn"]), key=lambda word: word[0]):
    print(key, list(group))
print(list(islice(cycle("ab"), 5)), list(takewhile(lambda n: n < 4, [1, 3, 5, 2])), list(zip_longest("ab", "c", fillvalue="-")))
print(list(chain.from_iterable([[1], [2, 3]])))
