def mean(values):
    """
    >>> mean([1, 2, 3])
    2.0
    >>> mean([])
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    >>> mean([4])
    5.0
    """
    return sum(values) / len(values)


if __name__ == "__main__":
    import doctest

    print(doctest.testmod())
