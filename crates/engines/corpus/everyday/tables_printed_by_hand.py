import csv
import io
import operator
from collections import defaultdict

DATA = """region;product;units;price
North;Tea;10;2,50
South;Tea;4;2,60
North;Coffee;7;4,10
South;Coffee;;4,00
West;"Milk; fresh";3;1,05
"""
rows = []
for row in csv.DictReader(io.StringIO(DATA), delimiter=";"):
    row["units"] = int(row["units"] or 0)
    row["price"] = float(row["price"].replace(",", "."))
    rows.append(row)
totals = defaultdict(lambda: defaultdict(float))
for row in rows:
    totals[row["region"]][row["product"]] += row["units"] * row["price"]
products = sorted({row["product"] for row in rows})
print("region".ljust(8), *(p.rjust(12) for p in products), "total".rjust(9))
print("-" * (8 + 13 * len(products) + 10))
for region, sums in sorted(totals.items()):
    print(region.ljust(8), *(f"{sums.get(p, 0):12,.2f}" for p in products), f"{sum(sums.values()):9.2f}")
best = max(rows, key=lambda r: r["units"] * r["price"])
print("best:", operator.itemgetter("region", "product")(best))
out = io.StringIO()
writer = csv.DictWriter(out, ["region", "product"], extrasaction="ignore", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
writer.writeheader()
writer.writerows(rows[3:])
print(out.getvalue())
print(csv.Sniffer().sniff(DATA).delimiter, list(csv.reader(['a,"b ""q""",c\n'])), csv.list_dialects())
print(f"{'name':<10}|{'share':>8}\n" + "\n".join(f"{r['product'][:10]:<10}|{r['units'] / 24:>8.1%}" for r in rows))
