import io
import pandas as pd
raw = """name, age ,city,score
 Ann ,34,Berlin,"1,234.5"
bo,,paris,n/a
Ann,34,Berlin,"1,234.5"
CY,x,Rome,77
"""
frame = pd.read_csv(io.StringIO(raw), na_values=["n/a"], thousands=",")
frame.columns = frame.columns.str.strip()
frame["name"] = frame.name.str.strip().str.title()
frame["age"] = pd.to_numeric(frame.age, errors="coerce")
frame["city"] = frame.city.str.capitalize()
frame = frame.drop_duplicates()
print(frame)
print(frame.age.fillna(frame.age.median()).tolist(), frame.score.mean(), frame.dropna().shape)
print(frame.rename(columns=str.upper).to_json(orient="records"))
print(frame.to_csv(index=False))
print(frame["name"].str.extract(r"(?P<first>\w)(?P<rest>.*)"), frame.city.str.contains("er").tolist(), sep="\n")
text = pd.Series(["a-1", "b-22", None, "c"])
print(text.str.split("-", expand=True), text.str.len().tolist(), text.str.replace(r"\d", "#", regex=True).tolist())
