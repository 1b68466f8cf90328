import numpy as np
import pandas as pd

df = pd.DataFrame({"name": list("abcab"), "units": [1, 2, 3, 4, 5], "price": ["2.5", "3", "4.25", "1", "0.5"]})
df["price"] = df["price"].astype(float)
df["cents"] = (df["price"] * 100).astype(int)
df["total"] = df["units"] * df["cents"]
print(df)
print(df.dtypes)
print(df["name"].value_counts())
print(df.groupby("name").agg(units=("units", "sum"), n=("units", "size"), top=("cents", "max")))
print(df.groupby("name")["total"].sum().sort_values(ascending=False).head(1))
print(pd.crosstab(df["name"], df["units"] > 2), df["units"].describe())
print({"sum": df["units"].sum(), "max": df["cents"].max(), "mean": df["units"].mean(), "big": (df["units"] > 2).sum(), "n": len(df)})
print(df.pivot_table(index="name", values=["units", "total"], aggfunc=["sum", "count"]))
print(pd.DataFrame(np.arange(6).reshape(2, 3), columns=list("xyz")), pd.Series([1, 2, 3]) ** 2, pd.Series(range(3), name="r"))
print(df["name"].astype("category").cat.categories.tolist(), df["units"].isin([1, 5]).tolist(), df.nunique().to_dict(), df.isna().sum().sum())
print(df.iloc[[0, -1]], df.loc[df["units"].idxmax(), "name"], df.sort_values("total").index.tolist(), df.sample(2, random_state=1)["units"].tolist())
print(df.assign(rank=df["units"].rank().astype(int), double=lambda d: d["units"] * 2)[["rank", "double"]].dtypes.tolist())
df.loc[len(df)] = ["z", 9, 1.0, 100, 900]
print(df.tail(2), df["units"].cumsum().tolist(), df.set_index("name").loc["a", "units"].tolist(), df.duplicated("name").sum())
print(df.to_dict("list")["units"], df.to_json(orient="records")[:60], df.values[0].tolist(), df.T.shape, df.columns.tolist())
for row in df.head(2).itertuples():
    print(row)
for index, row in df.head(1).iterrows():
    print(index, row["units"], type(row["units"]).__name__)
