import importlib.util

if importlib.util.find_spec("matplotlib") is None:
    print("no matplotlib")
else:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], [1, 4, 9])
    axes.set_title("squares")
    figure.savefig("squares.png")
    print(plt.get_backend().lower(), len(plt.get_fignums()))
