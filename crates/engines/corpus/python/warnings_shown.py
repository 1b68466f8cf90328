import warnings

warnings.warn("plain")
warnings.warn("old", DeprecationWarning)


def old_function():
    warnings.warn("use new_function", DeprecationWarning, stacklevel=2)


old_function()
for _ in range(3):
    warnings.warn("once per line", UserWarning)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("caught", RuntimeWarning)
print([(w.category.__name__, str(w.message), w.lineno) for w in caught])
warnings.simplefilter("error")
try:
    warnings.warn("raised")
except UserWarning as error:
    print("raised", error)
print(1 is 1)
