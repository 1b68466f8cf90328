"""Sums up sales by region and writes the table as CSV: loops, filters and files in one program, one result."""

import csv
from collections import defaultdict
from statistics import mean

sales = [
    {"region": "north", "month": "Jan", "amount": 1200},
    {"region": "south", "month": "Jan", "amount": 900},
    {"region": "north", "month": "Feb", "amount": 1500},
    {"region": "west", "month": "Feb", "amount": 700},
    {"region": "south", "month": "Mar", "amount": 1100},
]

by_region = defaultdict(list)
for sale in sales:
    by_region[sale["region"]].append(sale["amount"])

with open("regions.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["region", "total", "mean"])
    for region, amounts in sorted(by_region.items()):
        writer.writerow([region, sum(amounts), mean(amounts)])
        print(f"{region:<6} {sum(amounts):>6} {mean(amounts):>8.1f}")

{"best": max(by_region, key=lambda region: sum(by_region[region])), "total": sum(sale["amount"] for sale in sales)}
