class Typed:
    def __init__(self, kind):
        self.kind = kind

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name[1:]} has to be {self.kind.__name__}, not {type(value).__name__}")
        setattr(instance, self.name, value)


class Registered(type):
    known = {}

    def __new__(mcls, name, bases, scope, **options):
        made = super().__new__(mcls, name, bases, scope)
        mcls.known[options.get("key", name.lower())] = made
        return made

    def __init__(cls, name, bases, scope, **options):
        super().__init__(name, bases, scope)

    def __call__(cls, *arguments):
        instance = super().__call__(*arguments)
        instance.made_by = cls.__name__
        return instance


class Shape(metaclass=Registered):
    sides = Typed(int)

    def __init__(self, sides):
        self.sides = sides

    def __init_subclass__(cls, **options):
        super().__init_subclass__()
        cls.label = options.get("key", "?")


class Square(Shape, key="sq"):
    __slots__ = ("extra",)

    def __getattr__(self, name):
        if name.startswith("get_"):
            return lambda: f"got {name[4:]}"
        raise AttributeError(f"no {name} here")

    def __eq__(self, other):
        return isinstance(other, Square) and self.sides == other.sides

    def __hash__(self):
        return hash(self.sides)

    def __bool__(self):
        return self.sides > 0

    def __call__(self, by):
        return Square(self.sides * by)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        print("leaving with", kind and kind.__name__)
        return kind is KeyError

    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


s = Square(4)
print(Registered.known, Square.label, s.made_by, s.get_size(), s(2).sides, s == Square(4), {s, Square(4)} == {s}, bool(Square(0)), Square[int])
for bad in (lambda: Shape("x"), lambda: s.nothing):
    try:
        bad()
    except (TypeError, AttributeError) as error:
        print(type(error).__name__, error)
with s:
    raise KeyError("swallowed")
print(Square.__mro__[1:], type(s).__name__, Shape.sides.kind, hasattr(s, "__dict__"), isinstance(Square, Registered))


class Tracked:
    def __getattribute__(self, name):
        if name != "__class__":
            print("read", name)
        return super().__getattribute__(name)

    value = 3


print(Tracked().value, dir(type("Made", (), {"x": 1, "f": lambda self: self.x}))[-2:], type("Made", (int,), {})(5) + 1)
