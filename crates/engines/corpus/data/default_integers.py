import numpy as np
import pandas as pd
print(np.array([1, 2, 3]).dtype, np.arange(3).sum().dtype, pd.Series([1, 2]).dtype, pd.DataFrame({"a": [1]}).dtypes.to_dict())
print(np.array([1, 2, 3]).sum() * 2, np.arange(5) ** 2, np.array([2 ** 40]).dtype)
