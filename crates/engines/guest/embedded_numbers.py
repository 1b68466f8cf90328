

"""Numbers as programs know them from machines of 64 bits: integers that a program makes with numpy, and decimals."""


def is_of_the_program(frame):
    # What stands here may stand on each other.
    while frame.f_globals is globals():
        frame = frame.f_back
    names = frame.f_globals
    return names.get("__name__") in MAINS or str(names.get("__file__") or "").startswith("/workspace/")


class Wide:
    """Integers of 64 bits for a program that asks for no others. Libraries get what they were made for."""

    def __init__(self, numpy):
        self.kind, self.narrow = numpy.int64, numpy.dtype(numpy.intp)
        self.array, self.arrays = numpy.array, numpy.ndarray

    def means_int(self, kind):
        return kind is int or type(kind) is str and kind == "int"

    def made(self, function, place):
        """For what makes arrays; `place` is that of its argument `dtype`."""

        @functools.wraps(function)
        def call(*arguments, **options):
            if not is_of_the_program(sys._getframe(1)):
                return function(*arguments, **options)
            kind = options.get("dtype", arguments[place] if len(arguments) > place else None)
            if not self.means_int(kind):
                made = function(*arguments, **options)
                if kind is not None or not self.is_narrow(made) or arguments and self.is_narrow(arguments[0]):
                    return made
            if len(arguments) > place:
                arguments = (*arguments[:place], self.kind, *arguments[place + 1:])
            else:
                options = {**options, "dtype": self.kind}
            return function(*arguments, **options)

        return call

    def taken(self, function, count):
        """For what takes lists of numbers where it could have arrays, as so many first arguments."""

        @functools.wraps(function)
        def call(*arguments, **options):
            if is_of_the_program(sys._getframe(1)):
                arguments = (*map(self.of_list, arguments[:count]), *arguments[count:])
            return function(*arguments, **options)

        return call

    def joined(self, function):
        """For what takes a list of such lists, each of its own length."""

        @functools.wraps(function)
        def call(arrays, *arguments, **options):
            if type(arrays) in (list, tuple) and is_of_the_program(sys._getframe(1)):
                arrays = [self.of_list(items) for items in arrays]
            return function(arrays, *arguments, **options)

        return call

    def of_list(self, items):
        if type(items) not in (list, tuple) or any(hasattr(item, "dtype") for item in items[:8]):
            return items
        try:
            made = self.array(items)
        except ValueError:
            return items
        return made.astype(self.kind) if self.is_narrow(made) else items

    def counted(self, function):
        """For what counts, or finds positions."""

        @functools.wraps(function)
        def call(*arguments, **options):
            made = function(*arguments, **options)
            return self.widened(made) if is_of_the_program(sys._getframe(1)) else made

        return call

    def summed(self, function):
        """For sums: those of truth values count."""

        @functools.wraps(function)
        def call(thing, *arguments, **options):
            made = function(thing, *arguments, **options)
            return self.widened(made) if is_of_the_program(sys._getframe(1)) and not self.is_narrow(thing) else made

        return call

    def widened(self, made):
        if type(made) is tuple:
            return tuple(map(self.widened, made))
        return made.astype(self.kind) if self.is_narrow(made) else made

    def is_narrow(self, thing):
        return getattr(thing, "dtype", None) == self.narrow

    def cast(self, function):
        """For `astype`."""

        @functools.wraps(function)
        def astype(thing, dtype, *arguments, **options):
            if is_of_the_program(sys._getframe(1)):
                if self.means_int(dtype):
                    dtype = self.kind
                elif type(dtype) is dict:
                    dtype = {name: self.kind if self.means_int(kind) else kind for name, kind in dtype.items()}
            return function(thing, dtype, *arguments, **options)

        return astype


MAKERS = {"arange": 3, "array": 1, "asanyarray": 1, "asarray": 1, "ascontiguousarray": 1, "empty": 1, "eye": 3, "fromiter": 1,
          "full": 2, "identity": 1, "indices": 1, "linspace": 5, "ones": 1, "zeros": 1}
TAKERS = {"append": 2, "clip": 1, "cumprod": 1, "cumsum": 1, "diff": 1, "dot": 2, "flip": 1, "insert": 1, "inner": 2, "kron": 2, "max": 1,
          "min": 1, "outer": 2, "prod": 1, "ravel": 1, "repeat": 1, "reshape": 1, "roll": 1, "round": 1, "sort": 1, "split": 1, "sum": 1,
          "tile": 1, "transpose": 1, "unique": 1, "where": 3}
JOINERS = "column_stack concatenate hstack stack vstack".split()
COUNTERS = "argmax argmin argsort argwhere bincount count_nonzero digitize flatnonzero histogram lexsort nonzero searchsorted unique unravel_index where".split()
COUNTING_METHODS = "argmax argmin argsort nonzero searchsorted".split()


def install_integers():
    import numpy

    wide = Wide(numpy)
    if wide.narrow.itemsize == 8:
        return
    for name, place in MAKERS.items():
        setattr(numpy, name, wide.made(getattr(numpy, name), place))
    for name, count in TAKERS.items():
        setattr(numpy, name, wide.taken(getattr(numpy, name), count))
    for name in JOINERS:
        setattr(numpy, name, wide.joined(getattr(numpy, name)))
    for name in COUNTERS:
        setattr(numpy, name, wide.counted(getattr(numpy, name)))
    numpy.sum = wide.summed(numpy.sum)
    numpy.int_, numpy.uint = numpy.int64, numpy.uint64
    # The kinds that need not be named where an array is shown.
    implied = sys.modules["numpy._core.arrayprint"]._typelessdata
    implied[:] = [numpy.int64 if kind is wide.narrow.type else kind for kind in implied]
    randint = numpy.random.randint

    @functools.wraps(randint)
    def drawn(low, high=None, size=None, dtype=int):
        return randint(low, high, size, wide.kind if dtype is int and size is not None else dtype)

    numpy.random.randint = drawn
    # The type is one that nobody may change; its names are a dictionary all the same.
    names = gc.get_referents(vars(numpy.ndarray))[0]
    KEPT.update(names)
    names["astype"], names["sum"] = wide.cast(names["astype"]), wide.summed(names["sum"])
    for name in COUNTING_METHODS:
        names[name] = wide.counted(names[name])
    sys._clear_internal_caches()
    try:
        from pandas.core.generic import NDFrame
    except ImportError:
        return
    NDFrame.astype = wide.cast(NDFrame.astype)


# Methods that compiled code may still know.
KEPT = {}


def install_decimals():
    """What CPython has of libmpdec is Python here: only the words of its errors are others."""
    import _pydecimal

    original = _pydecimal.Context._raise_error

    def raise_error(context, condition, explanation=None, *arguments):
        return original(context, condition, [condition], *arguments)

    _pydecimal.Context._raise_error = raise_error
    # No frames of it are seen elsewhere.
    OUR_NAMES.append(vars(_pydecimal))
