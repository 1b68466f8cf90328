import inspect


def area(width: float, height: float = 2.0, *rest: int, unit: str = "cm", **more) -> float:
    """The area.

    In square units.
    """
    return width * height


class Base:
    def method(self):
        return inspect.stack()[0].function


class Child(Base):
    kind = "child"

    @property
    def value(self):
        return 1

    @staticmethod
    def helper():
        pass


signature = inspect.signature(area)
print(signature, signature.return_annotation)
for parameter in signature.parameters.values():
    print(parameter.name, parameter.kind.description, parameter.default is not inspect.Parameter.empty)
print(inspect.getdoc(area), inspect.getsource(area).splitlines()[0])
print(signature.bind(1, 2, 3, unit="m", extra=True).arguments)
print(inspect.getmro(Child), Child().method(), inspect.isclass(Child), inspect.isgeneratorfunction(area))
print([name for name, member in inspect.getmembers(Child) if not name.startswith("_")])
print(inspect.getsourcelines(Base)[1], inspect.currentframe().f_lineno, inspect.getmodule(area).__name__)
try:
    signature.bind()
except TypeError as error:
    print(error)
