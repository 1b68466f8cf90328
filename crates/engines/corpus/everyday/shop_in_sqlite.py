import sqlite3
db = sqlite3.connect(":memory:")
db.row_factory = sqlite3.Row
db.executescript("""
create table customer(id integer primary key, name text not null unique);
create table orders(id integer primary key, customer integer references customer, amount real check(amount > 0), day text);
""")
db.executemany("insert into customer(name) values (?)", [("Ann",), ("Bo",), ("Cy",)])
db.executemany("insert into orders(customer, amount, day) values (?, ?, ?)", [(1, 20, "2024-01-01"), (1, 35.5, "2024-01-03"), (2, 12, "2024-01-02"), (2, 8, "2024-02-02")])
for row in db.execute("select name, count(orders.id) n, coalesce(sum(amount), 0) total from customer left join orders on customer.id = customer group by name order by total desc, name"):
    print(dict(row))
print([tuple(row) for row in db.execute("select day, amount, sum(amount) over (order by day) running, rank() over (order by amount desc) place from orders order by day")])
try:
    with db:
        db.execute("insert into customer(name) values ('Dee')")
        db.execute("insert into orders(customer, amount) values (1, -1)")
except sqlite3.IntegrityError as error:
    print(error)
print(db.execute("select count(*) from customer").fetchone()[0], db.total_changes)
db.create_function("reverse", 1, lambda text: text[::-1])
class Longest:
    def __init__(self): self.best = ""
    def step(self, text): self.best = max(self.best, text, key=len)
    def finalize(self): return self.best
db.create_aggregate("longest", 1, Longest)
print(tuple(db.execute("select reverse(name), upper(name), longest(name) from customer").fetchone()))
print(db.execute("with recursive n(i) as (values(1) union all select i * 2 from n where i < 100) select group_concat(i) from n").fetchone()[0])
print([tuple(row) for row in db.execute("select strftime('%Y-%m', day) month, round(avg(amount), 2) from orders group by 1")], db.execute("select json_extract('{\"a\":[1,2]}', '$.a[1]')").fetchone()[0])
try:
    db.execute("select nothing from customer")
except sqlite3.OperationalError as error:
    print(error)
with sqlite3.connect("shop.db") as disk:
    db.backup(disk)
    print(disk.execute("select name from customer order by 1").fetchall())
