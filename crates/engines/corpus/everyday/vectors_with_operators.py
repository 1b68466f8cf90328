import functools
import math
@functools.total_ordering
class Vector:
    def __init__(self, *parts): self.parts = tuple(parts)
    def __repr__(self): return f"Vector{self.parts!r}"
    def __add__(self, other): return Vector(*(a + b for a, b in zip(self.parts, other.parts, strict=True))) if isinstance(other, Vector) else NotImplemented
    def __mul__(self, k): return Vector(*(a * k for a in self.parts)) if isinstance(k, (int, float)) else NotImplemented
    __rmul__ = __mul__
    def __matmul__(self, other): return sum(a * b for a, b in zip(self.parts, other.parts))
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __abs__(self): return math.sqrt(self @ self)
    def __bool__(self): return any(self.parts)
    def __eq__(self, other): return isinstance(other, Vector) and self.parts == other.parts
    def __lt__(self, other): return abs(self) < abs(other)
    def __hash__(self): return hash(self.parts)
    def __len__(self): return len(self.parts)
    def __getitem__(self, key): return Vector(*self.parts[key]) if isinstance(key, slice) else self.parts[key]
    def __iter__(self): return iter(self.parts)
    def __iadd__(self, other): self.parts = (self + other).parts; return self
    def __format__(self, spec): return "<" + ", ".join(format(part, spec) for part in self) + ">"
    def __call__(self, function): return Vector(*map(function, self))
v, w = Vector(3, 4), Vector(1, -2)
print(v + w, v - w, 2 * v, v @ w, abs(v), -w, bool(Vector(0, 0)), v > w, v >= v, v == Vector(3, 4))
print(f"{v:.2f}", v[0], v[-1], Vector(1, 2, 3)[1:], [*v], len({v, Vector(3, 4), w}), sorted([v, w]), v(lambda x: x ** 2))
v += w
print(v, sum([v, w], Vector(0, 0)))
for action in (lambda: v + 1, lambda: "a" * w, lambda: v + Vector(1), lambda: v[5]):
    try:
        print(action())
    except (TypeError, ValueError, IndexError) as error:
        print(type(error).__name__, error)
