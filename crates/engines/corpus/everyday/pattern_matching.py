def area(shape):
    match shape:
        case {"kind": "circle", "radius": r}:
            return round(3.14159 * r * r, 3)
        case {"kind": "rectangle", "sides": [w, h]}:
            return w * h
        case ("square", side) if side > 0:
            return side ** 2
        case [first, *rest]:
            return f"{first} and {len(rest)} more"
        case str() as text:
            return text.upper()
        case None | False:
            return "nothing"
        case _:
            return "unknown"
for shape in ({"kind": "circle", "radius": 2}, {"kind": "rectangle", "sides": [2, 3]}, ("square", 4), [1, 2, 3], "text", None, 3.5):
    print(area(shape))
