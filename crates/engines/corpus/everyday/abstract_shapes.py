from abc import ABC, abstractmethod
import math
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    @classmethod
    def unit(cls):
        return cls(1)
    @staticmethod
    def describe():
        return "a shape"
    def __lt__(self, other):
        return self.area() < other.area()
class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius
    def area(self):
        return math.pi * self.radius ** 2
class Square(Shape):
    def __init__(self, side):
        self.side = side
    def area(self):
        return self.side ** 2
shapes = sorted([Circle(1), Square(2), Square.unit()])
print([f"{type(shape).__name__} {shape.area():.3f}" for shape in shapes], Shape.describe(), Circle.__mro__[1].__name__)
