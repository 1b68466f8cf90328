class Range:
    def __init__(self, stop):
        self.now, self.stop = 0, stop
    def __iter__(self):
        return self
    def __next__(self):
        if self.now >= self.stop:
            raise StopIteration
        self.now += 1
        return self.now
print(list(Range(4)), sum(Range(5)))
numbers = Range(1)
next(numbers)
assert next(numbers, None) is None
assert list(Range(0)), "empty range"
