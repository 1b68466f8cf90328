rows = [("Rent", 1200, "fixed"), ("Food", 431.5, "flexible"), ("Train", 89.99, "fixed")]
header = ("Item", "Amount", "Kind")
widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(3)]
line = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
print(line)
print("| " + " | ".join(name.ljust(width) for name, width in zip(header, widths)) + " |")
print(line)
for row in rows:
    print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |")
print(line)
print("Total:", sum(row[1] for row in rows))
