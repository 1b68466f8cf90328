"""Groups orders with pandas: `codemode run examples/embedded/table.py --engine wasm` needs no Python on this machine."""

import pandas as pd

orders = pd.DataFrame(
    {
        "region": ["north", "south", "north", "west", "south"],
        "units": [3, 5, 2, 8, 1],
        "price": [9.5, 4.0, 12.25, 1.5, 30.0],
    }
)
orders["total"] = orders.units * orders.price
print(orders.groupby("region").total.agg(["count", "sum", "mean"]).round(2))
orders.loc[orders.total.idxmax(), ["region", "total"]].to_dict()
