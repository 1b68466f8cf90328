class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y) if isinstance(other, Point) else NotImplemented

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __mul__(self, k):
        return Point(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __iter__(self):
        yield self.x
        yield self.y

    def __format__(self, spec):
        return f"<{self.x:{spec}}, {self.y:{spec}}>"

    def __lt__(self, other):
        return tuple(self) < tuple(other)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __index__(self):
        return self.x


p, q = Point(1, 2), Point(3, -4)
print(p + q, 3 * p, -q, sum([p, q]), f"{q:+.1f}", p < q, p @ q, list(p), [10, 20][p], max(p, q))
for bad in (lambda: p + 1, lambda: setattr(p, "z", 1), lambda: p[0], lambda: p >= q):
    try:
        bad()
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)


class Temperature:
    def __init__(self, celsius=0.0):
        self.celsius = celsius

    @property
    def fahrenheit(self):
        """Degrees."""
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.celsius = (value - 32) * 5 / 9

    @fahrenheit.deleter
    def fahrenheit(self):
        self.celsius = None

    @classmethod
    def boiling(cls):
        return cls(100.0)


t = Temperature.boiling()
print(t.fahrenheit, vars(t), Temperature.fahrenheit.__doc__)
t.fahrenheit = 50
print(t.celsius)
del t.fahrenheit
print(t.celsius, getattr(t, "kelvin", "no kelvin"), hasattr(t, "celsius"))
