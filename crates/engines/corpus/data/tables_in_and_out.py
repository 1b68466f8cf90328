import io
import json
import sqlite3
import pandas as pd
frame = pd.DataFrame({"k": ["x", "y", "z"], "n": [1.5, 2.5, None], "flag": [True, False, True]})
with sqlite3.connect(":memory:") as db:
    frame.to_sql("t", db, index=False)
    print(pd.read_sql("select k, n * 2 as double from t where n is not null order by k desc", db))
print(json.loads(frame.to_json()), pd.read_json(io.StringIO('[{"a":1,"b":"x"},{"a":2.5,"b":null}]')))
print(frame.to_markdown() if False else frame.to_html(index=False).count("<td>"), frame.to_dict("records"))
print(pd.json_normalize([{"id": 1, "who": {"name": "a", "tags": [1, 2]}}, {"id": 2, "who": {"name": "b"}}]))
frame.to_csv("t.csv", index=False)
again = pd.read_csv("t.csv")
print(again.equals(frame), again.memory_usage(deep=False).index.tolist(), pd.read_csv("t.csv", usecols=["k"], nrows=2).k.tolist())
index = pd.MultiIndex.from_product([["a", "b"], ["p", "q"]], names=["one", "two"])
multi = pd.Series([1.0, 2, 3, 4], index=index)
print(multi, multi.unstack(), multi.loc["b"].sum(), multi.groupby(level="two").mean().to_dict(), sep="\n")
print(frame.apply(lambda row: f"{row.k}:{row.n}", axis=1).tolist(), frame.n.map(lambda v: v ** 2).tolist(), frame.assign(m=frame.n.rank()).m.tolist(), frame.n.agg(["min", "max"]).to_dict())
try:
    frame["missing"]
except KeyError as error:
    print("KeyError", error)
print(frame.select_dtypes("number").columns.tolist(), frame.nlargest(1, "n").k.tolist(), frame.sample(2, random_state=1).index.tolist(), frame.duplicated().any())
