class Root:
    def __init__(self, **options):
        self.log = ["Root"]
        print("left over", options)

    def walk(self):
        return ["Root"]


class Left(Root):
    def __init__(self, left=1, **options):
        super().__init__(**options)
        self.log.append(f"Left {left}")

    def walk(self):
        return ["Left", *super().walk()]


class Right(Root):
    def __init__(self, right=2, **options):
        super().__init__(**options)
        self.log.append(f"Right {right}")

    def walk(self):
        return ["Right", *super().walk()]


class Bottom(Left, Right):
    def walk(self):
        return ["Bottom", *super().walk()]


b = Bottom(left="l", right="r", other=3)
print(b.log, b.walk(), [c.__name__ for c in Bottom.__mro__])
try:
    class Broken(Root, Left):
        pass
except TypeError as error:
    print(error)


class Plugin:
    found = []

    def __init_subclass__(cls, /, name=None, **options):
        super().__init_subclass__(**options)
        Plugin.found.append(name or cls.__name__)


class A(Plugin, name="first"):
    pass


class B(A):
    pass


print(Plugin.found, issubclass(B, Plugin), Plugin.__subclasses__(), B.__bases__)
import abc


class Store(abc.ABC):
    @property
    @abc.abstractmethod
    def size(self): ...

    @abc.abstractmethod
    def get(self, key): ...


class Memory(Store):
    size = 3

    def get(self, key):
        return key


print(Memory().get("k"), sorted(Store.__abstractmethods__))
try:
    Store()
except TypeError as error:
    print(error)


@Store.register
class Foreign:
    pass


print(isinstance(Foreign(), Store), super(Bottom, b).walk(), object.__repr__(b).startswith("<__main__.Bottom object at 0x"))
