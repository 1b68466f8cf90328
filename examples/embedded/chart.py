"""Draws a chart with matplotlib: the figure is shown as a picture, without being saved."""

import matplotlib.pyplot as plt
import numpy as np

angle = np.linspace(0, 2 * np.pi, 200)
plt.plot(angle, np.sin(angle), label="sine")
plt.plot(angle, np.cos(angle), label="cosine")
plt.legend()
plt.title("Two waves")
plt.show()
