import io
import pandas as pd
frame = pd.read_csv(io.StringIO("date,region,product,units,price\n2024-01-05,north,apple,10,0.5\n2024-01-06,south,pear,4,0.75\n2024-02-01,north,pear,6,0.8\n2024-02-11,east,apple,12,0.45\n2024-02-20,north,apple,3,0.5\n"), parse_dates=["date"])
frame["total"] = frame.units * frame.price
print(frame)
print(frame.dtypes)
print(frame.groupby("region")["total"].agg(["sum", "mean", "count"]).round(2))
print(frame.pivot_table(index="region", columns="product", values="units", aggfunc="sum", fill_value=0))
print(frame.set_index("date").resample("MS")["total"].sum())
print(frame.sort_values(["region", "total"], ascending=[True, False])[["region", "product", "total"]].to_string(index=False))
print(frame.describe().round(3))
