import inspect


def area(width: float, height: float = 1.0, *, unit="m", **rest) -> float:
    """Width times height."""
    # a comment
    return width * height


class Box:
    """A box."""

    def size(self):
        return area(2, 3)


print(inspect.getsource(area), inspect.signature(area), inspect.getdoc(Box))
print(inspect.getsource(Box))
print(inspect.getsource(Box.size), inspect.getsourcelines(Box.size)[1])
print(inspect.getfile(area).split("/")[-1], inspect.getmodule(area).__name__, [p.kind.name for p in inspect.signature(area).parameters.values()])
double = lambda n: n * 2
print(inspect.getsource(double), end="")
print(area.__code__.co_varnames, inspect.currentframe().f_lineno, inspect.getcomments(area))
