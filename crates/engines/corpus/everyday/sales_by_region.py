import csv, io
from collections import defaultdict
data = """region,product,units,price
north,apple,10,0.5
south,pear,4,0.75
north,pear,6,0.75
east,apple,12,0.45
"""
totals = defaultdict(float)
for row in csv.DictReader(io.StringIO(data)):
    totals[row["region"]] += int(row["units"]) * float(row["price"])
for region, total in sorted(totals.items(), key=lambda item: -item[1]):
    print(f"{region:<8}{total:>8.2f}")
