"""A project: a folder with main.py. Its other files can be imported and opened."""

import json

from prices import with_tax

with open("items.json") as file:
    items = json.load(file)

for item in items:
    print(f"{item['name']:<8} {with_tax(item['price']):>7.2f}")
