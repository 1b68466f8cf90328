class Vector:
    def __init__(self, *parts):
        self.parts = parts
    def __add__(self, other):
        return Vector(*(a + b for a, b in zip(self.parts, other.parts)))
    def __mul__(self, factor):
        return Vector(*(factor * part for part in self.parts))
    __rmul__ = __mul__
    def __eq__(self, other):
        return isinstance(other, Vector) and self.parts == other.parts
    def __hash__(self):
        return hash(self.parts)
    def __len__(self):
        return len(self.parts)
    def __getitem__(self, index):
        return self.parts[index]
    def __iter__(self):
        return iter(self.parts)
    def __repr__(self):
        return f"Vector{self.parts}"
    def __bool__(self):
        return any(self.parts)
    def __format__(self, spec):
        return "<" + ", ".join(format(part, spec) for part in self.parts) + ">"
v = Vector(1, 2) + 2 * Vector(3, 4)
print(v, len(v), v[0], list(v), v == Vector(7, 10), bool(Vector(0, 0)), f"{v:.1f}", {v: 1}[Vector(7, 10)], max(v))
