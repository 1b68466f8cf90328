import importlib.util

if all(importlib.util.find_spec(name) for name in ("numpy", "pandas")):
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"k": list("aab"), "v": np.arange(3)})
    print(frame.groupby("k")["v"].sum())
else:
    print("no pandas")
