import sqlite3
db = sqlite3.connect(":memory:")
db.executescript("""
create table customer(id integer primary key, name text);
create table purchase(customer integer, amount real, day text);
insert into customer values (1,'Ann'),(2,'Bob'),(3,'Cy');
insert into purchase values (1,10.5,'2024-01-01'),(1,20,'2024-02-01'),(2,7.25,'2024-01-15');
""")
db.row_factory = sqlite3.Row
for row in db.execute("""select name, count(amount) n, coalesce(sum(amount),0) total from customer
    left join purchase on purchase.customer = customer.id group by id order by total desc"""):
    print(dict(row))
try:
    db.execute("insert into customer values (1,'again')")
except sqlite3.IntegrityError as error:
    print("refused:", error)
print(db.execute("select strftime('%Y-%m', day) m, sum(amount) from purchase group by m").fetchall()[0][0])
