import csv
import io
from collections import defaultdict

RAW = """region,product,units,price
north,apple,10,0.5
south,pear,4,0.75
north,pear,6,0.75
"west, far",apple,1,0.5
"""

totals = defaultdict(float)
for row in csv.DictReader(io.StringIO(RAW)):
    totals[row["region"]] += int(row["units"]) * float(row["price"])

for region, total in sorted(totals.items(), key=lambda item: -item[1]):
    print(f"{region:<12}{total:>8.2f}")

out = io.StringIO()
writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
writer.writerow(["region", "total"])
writer.writerows(sorted(totals.items()))
print(out.getvalue(), end="")
