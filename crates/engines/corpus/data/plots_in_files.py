import os
import matplotlib.pyplot as plt
import numpy as np
x = np.linspace(0, 2 * np.pi, 50)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
left.plot(x, np.sin(x), label="sin")
left.plot(x, np.cos(x), "--", label="cos")
left.legend(); left.set_title("waves"); left.grid(True); left.set_xlabel("x")
right.bar(["a", "b", "c"], [3, 5, 2], color=["red", "green", "blue"])
right.set_ylim(0, 6)
figure.tight_layout()
figure.savefig("plot.png", dpi=60)
figure.savefig("plot.svg")
with open("plot.png", "rb") as file:
    print(file.read(8), os.path.getsize("plot.svg") > 1000)
print([line.get_label() for line in left.get_lines()], left.get_title(), right.get_ylim(), len(right.patches), figure.get_size_inches())
plt.close(figure)
plt.hist(np.array([1.0, 2, 2, 3, 3, 3]), bins=3)
plt.savefig("hist.png")
plt.close("all")
print(plt.get_fignums(), sorted(os.listdir(".")) if False else "done")
