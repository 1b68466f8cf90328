import io

import pandas as pd

source = """name,joined,score,tags
 Anna ,2024-01-03,88.5,"x;y"
bob,2023-12-31,,z
CLEO,2024-02-29,91,
"""
frame = pd.read_csv(io.StringIO(source), parse_dates=["joined"])
frame["name"] = frame["name"].str.strip().str.title()
frame["tags"] = frame["tags"].fillna("").str.split(";")
print(frame)
print(frame.dtypes.astype(str).to_dict(), frame.shape)
print(frame.explode("tags")[["name", "tags"]])
print(frame["name"].str.contains("o").tolist(), frame["name"].str.len().max(), frame["joined"].dt.day_name().tolist())
print(frame.describe(include="number").round(2))
out = io.StringIO()
frame.drop(columns="tags").to_csv(out, index=False)
print(out.getvalue())
print(frame[["name", "score"]].to_dict("records"), frame["score"].rank(ascending=False).tolist())
print(frame.loc[frame["score"].notna(), ["name", "score"]].to_json(orient="records"))
print(pd.cut(frame["score"].dropna(), [0, 90, 100], labels=["low", "high"]).tolist(), frame["score"].interpolate().tolist())
