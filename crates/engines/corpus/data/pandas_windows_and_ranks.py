import pandas as pd

prices = pd.Series([10, 11, 9, 12, 15, 14], index=pd.date_range("2024-03-01", periods=6, freq="D"), dtype="float64", name="price")
print(prices.rolling(3).mean().round(3).to_dict())
print(prices.pct_change().round(4).tolist(), prices.diff().tolist(), prices.cumsum().iloc[-1], prices.shift(1).isna().sum())
print(prices.ewm(alpha=0.5).mean().round(4).tolist(), prices.expanding().max().tolist(), prices.idxmax().date())
print(prices.resample("2D").agg(["first", "last"]), prices.between(10, 12).sum(), prices["2024-03-02":"2024-03-04"].mean())
frame = pd.DataFrame({"group": list("aabbc"), "value": [3.0, 1.0, 4.0, 1.5, 9.0]})
frame["share"] = frame["value"] / frame.groupby("group")["value"].transform("sum")
frame["place"] = frame.groupby("group")["value"].rank(ascending=False)
print(frame.round(3))
print(frame.groupby("group").apply(lambda part: part["value"].max() - part["value"].min(), include_groups=False))
print(frame.groupby("group").agg(total=("value", "sum"), biggest=("value", "max")))
wide = frame.pivot(columns="group", values="value")
print(wide.stack().tolist(), frame.melt(id_vars="group", value_vars=["share"], value_name="part").head(2))
print(frame.corr(numeric_only=True).round(3), frame["value"].quantile([0.25, 0.5]).tolist(), frame.nlargest(2, "value")["group"].tolist())
try:
    frame["missing"]
except KeyError as error:
    print("KeyError", error)
try:
    pd.to_datetime("not a date")
except ValueError as error:
    print(type(error).__name__)
