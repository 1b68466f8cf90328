class list:
    def __init__(self, *items):
        self.items = items

    def __repr__(self):
        return "my list"


def print_all(*values, print=print):
    for value in values:
        print(value)


str = "shadowed"
dict = {"a": 1}
type = "word"
print_all(list(1, 2), str, dict, type)
id = len = input = 3
print(id + len)
