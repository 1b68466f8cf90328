import weakref


class Resource:
    def __init__(self, name):
        self.name = name
        self._finalizer = weakref.finalize(self, print, "finalized", name)


class Cycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        print("cycle gone", NAME)


NAME = "still here"
first, second = Resource("first"), Resource("second")
del first
cycle = Cycle()
print("last line")
