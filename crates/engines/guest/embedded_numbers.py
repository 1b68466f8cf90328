

"""Numbers as programs know them from machines of 64 bits: integers that a program makes with numpy, and decimals."""


def is_of_the_program(frame):
    names = frame.f_globals
    return names.get("__name__") in MAINS or str(names.get("__file__") or "").startswith("/workspace/")


def widened(function, place, wide, narrow):
    """The same function, which gives a program integers of 64 bits where it does not ask for others. `place` is that of its
    argument `dtype`. Libraries get what they were made for."""

    @functools.wraps(function)
    def call(*arguments, **options):
        if not is_of_the_program(sys._getframe(1)):
            return function(*arguments, **options)
        kind = options.get("dtype", arguments[place] if len(arguments) > place else None)
        asked = kind is int or kind == "int" if isinstance(kind, (type, str)) else False
        if not asked:
            made = function(*arguments, **options)
            if kind is not None or getattr(made, "dtype", None) != narrow or arguments and getattr(arguments[0], "dtype", None) == narrow:
                return made
        if len(arguments) > place:
            arguments = (*arguments[:place], wide, *arguments[place + 1:])
        else:
            options = {**options, "dtype": wide}
        return function(*arguments, **options)

    return call


def install_integers():
    import numpy

    wide, narrow = numpy.int64, numpy.dtype(numpy.intp)
    if narrow.itemsize == 8:
        return
    places = {"arange": 3, "array": 1, "asanyarray": 1, "asarray": 1, "ascontiguousarray": 1, "empty": 1, "eye": 3, "fromiter": 1,
              "full": 2, "identity": 1, "indices": 1, "linspace": 5, "ones": 1, "zeros": 1}
    for name, place in places.items():
        setattr(numpy, name, widened(getattr(numpy, name), place, wide, narrow))
    numpy.int_, numpy.uint = numpy.int64, numpy.uint64
    randint = numpy.random.randint

    @functools.wraps(randint)
    def drawn(low, high=None, size=None, dtype=int):
        return randint(low, high, size, wide if dtype is int and size is not None else dtype)

    numpy.random.randint = drawn


def install_decimals():
    """What CPython has of libmpdec is Python here: only the words of its errors are others."""
    import _pydecimal

    original = _pydecimal.Context._raise_error

    def raise_error(context, condition, explanation=None, *arguments):
        return original(context, condition, [condition], *arguments)

    _pydecimal.Context._raise_error = raise_error
