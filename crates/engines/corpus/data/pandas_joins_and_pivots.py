import pandas as pd

orders = pd.DataFrame({"id": [1, 2, 3, 4], "customer": ["a", "b", "a", "d"], "amount": [10.5, 20.0, None, 7.25], "day": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-03", "2024-02-10"])})
people = pd.DataFrame({"customer": ["a", "b", "c"], "city": ["Oslo", "Rome", "Bern"]})
joined = orders.merge(people, on="customer", how="left", indicator=True)
print(joined)
print(joined.groupby("city", dropna=False)["amount"].agg(["sum", "mean", "count"]))
print(orders.pivot_table(index=orders["day"].dt.month, columns="customer", values="amount", aggfunc="sum", fill_value=0))
print(orders.set_index("day").resample("MS")["amount"].sum())
print(orders.isna().sum().to_dict(), orders["amount"].fillna(orders["amount"].mean()).round(2).tolist())
print(orders.sort_values(["customer", "amount"], ascending=[True, False]).to_string(index=False))
print(pd.concat([people, people.assign(city="x")]).drop_duplicates("customer").reset_index(drop=True))
print(orders.query("amount > 8 and customer == 'a'")["id"].tolist(), orders["customer"].map({"a": "A"}).tolist())
