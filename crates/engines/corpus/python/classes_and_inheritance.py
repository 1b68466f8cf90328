from abc import ABC, abstractmethod
from functools import total_ordering


class Shape(ABC):
    registry = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Shape.registry[cls.__name__.lower()] = cls

    @abstractmethod
    def area(self): ...

    def __repr__(self):
        return f"{type(self).__name__}({self.area():.2f})"


@total_ordering
class Square(Shape):
    __slots__ = ("side",)

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2

    def __eq__(self, other):
        return self.area() == other.area()

    def __lt__(self, other):
        return self.area() < other.area()


class Meta(type):
    def __new__(mcs, name, bases, space):
        space["made_by"] = mcs.__name__
        return super().__new__(mcs, name, bases, space)


class Made(metaclass=Meta):
    pass


class Celsius:
    def __init__(self, degrees=0.0):
        self.degrees = degrees

    @property
    def fahrenheit(self):
        return self.degrees * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.degrees = (value - 32) * 5 / 9


print(sorted([Square(3), Square(1)]), Shape.registry, Square.__mro__[1].__name__, Made.made_by)
t = Celsius()
t.fahrenheit = 212
print(t.degrees, Square.__module__, Square.__qualname__, Square)
try:
    Shape()
except TypeError as error:
    print(error)
