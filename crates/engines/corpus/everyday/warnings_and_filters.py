import warnings


def old(n):
    warnings.warn("old() is going away", DeprecationWarning, stacklevel=2)
    return n


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old(1)
    warnings.warn("just so", UserWarning)
    print([(w.category.__name__, str(w.message), w.lineno) for w in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        old(2)
    except DeprecationWarning as error:
        print("raised", error)
warnings.filterwarnings("ignore", message="quiet.*")
warnings.warn("quiet please")
warnings.warn("shown on stderr")
for _ in range(3):
    warnings.warn("shown once", RuntimeWarning)
print("end")
