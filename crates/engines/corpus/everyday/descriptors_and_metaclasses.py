class Positive:
    def __set_name__(self, owner, name): self.name = "_" + name
    def __get__(self, instance, owner): return self if instance is None else getattr(instance, self.name)
    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive, not {value}")
        setattr(instance, self.name, value)
class Box:
    width, height = Positive(), Positive()
    __slots__ = "_width", "_height"
    def __init__(self, width, height): self.width, self.height = width, height
    @property
    def area(self): return self.width * self.height
    @area.setter
    def area(self, value): self.height = value / self.width
box = Box(2, 3)
box.area = 10
print(box.area, box.height, type(Box.width).__name__)
for action in (lambda: Box(0, 1), lambda: setattr(box, "colour", 1), lambda: delattr(box, "area")):
    try:
        action()
    except (ValueError, AttributeError) as error:
        print(type(error).__name__, "-", str(error).split(",")[0])
class Registry(type):
    known = {}
    def __new__(mcs, name, bases, space, **options):
        cls = super().__new__(mcs, name, bases, space)
        mcs.known[options.get("key", name.lower())] = cls
        return cls
    def __init__(cls, name, bases, space, **options): super().__init__(name, bases, space)
    def __len__(cls): return len(cls.__name__)
class Shape(metaclass=Registry): pass
class Circle(Shape, key="round"): pass
print(Registry.known, len(Circle), type(Circle).__name__)
class Plugin:
    found = []
    def __init_subclass__(cls, /, weight=0, **names):
        super().__init_subclass__(**names)
        cls.found.append((weight, cls.__name__))
class A(Plugin, weight=2): pass
class B(Plugin): pass
print(sorted(Plugin.found), [cls.__name__ for cls in type("D", (A, B), {}).__mro__])
class Lazy:
    def __getattr__(self, name):
        print("making", name)
        value = self.__dict__[name] = name * 2
        return value
lazy = Lazy()
print(lazy.ab, lazy.ab, vars(lazy))
