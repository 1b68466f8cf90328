import csv
rows = [["id", "text"], [1, 'with "quotes"'], [2, "comma, and\nnewline"], [3, ""]]
with open("out.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
print(repr(open("out.csv", newline="").read()))
with open("out.csv", newline="") as file:
    print(list(csv.reader(file)))
print(csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter)
