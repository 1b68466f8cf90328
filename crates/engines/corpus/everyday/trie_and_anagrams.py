from collections import defaultdict
class Trie:
    def __init__(self):
        self.children = defaultdict(Trie)
        self.ends = False
    def add(self, word):
        node = self
        for letter in word:
            node = node.children[letter]
        node.ends = True
    def starting(self, prefix):
        node = self
        for letter in prefix:
            if letter not in node.children:
                return
            node = node.children[letter]
        yield from node.below(prefix)
    def below(self, prefix):
        if self.ends:
            yield prefix
        for letter, child in sorted(self.children.items()):
            yield from child.below(prefix + letter)
words = "stone tones onset notes star start stare tears rates stark stoned".split()
trie = Trie()
for word in words:
    trie.add(word)
print(list(trie.starting("sta")), list(trie.starting("x")))
groups = defaultdict(set)
for word in words:
    groups["".join(sorted(word))].add(word)
for group in sorted(sorted(group) for group in groups.values() if len(group) > 1):
    print(", ".join(group))
