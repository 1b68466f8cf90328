import os

import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(6, 3))
axes[0].plot([1, 2, 3], [1, 4, 9], "o-", label="squares")
axes[0].set(title="Lines", xlabel="x", ylabel="y")
axes[0].legend()
bars = axes[1].bar(["a", "b"], [3.0, 5.5], color=["tab:blue", "orange"])
axes[1].set_ylim(0, 6)
figure.tight_layout()
figure.savefig("plot.png", dpi=50)
figure.savefig("plot.svg")
print([bar.get_height() for bar in bars], axes[0].get_title(), axes[0].get_xlim()[0] < 1, len(figure.axes))
with open("plot.png", "rb") as file:
    head = file.read(24)
print(head[1:4], int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"), "<svg" in open("plot.svg").read())
plt.close(figure)
print(plt.get_fignums(), sorted(name for name in os.listdir(".") if name.startswith("plot")))
fig, ax = plt.subplots()
ax.hist([1.0, 2.0, 2.0, 3.0, 3.0, 3.0], bins=3)
ax.axhline(2, linestyle="--")
ax.text(1, 2, "note")
print([patch.get_height() for patch in ax.patches], len(ax.lines), ax.texts[0].get_text(), plt.colormaps["viridis"](0.5)[:2])
fig.savefig("hist.pdf")
print(os.path.getsize("hist.pdf") > 1000)
plt.close("all")
