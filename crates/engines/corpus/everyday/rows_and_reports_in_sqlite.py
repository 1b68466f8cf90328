import sqlite3
from contextlib import closing

with closing(sqlite3.connect("shop.db")) as base:
    base.row_factory = sqlite3.Row
    base.executescript("""
        CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, city TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customer(id), total REAL CHECK (total >= 0), day TEXT);
        CREATE INDEX by_day ON orders (day);
    """)
    base.executemany("INSERT INTO customer (name, city) VALUES (?, ?)", [("Anna", "Oslo"), ("Bob", "Rome"), ("Cy", None)])
    base.executemany("INSERT INTO orders (customer, total, day) VALUES (:c, :t, :d)", [{"c": 1, "t": 10.5, "d": "2024-01-02"}, {"c": 1, "t": 4, "d": "2024-02-01"}, {"c": 2, "t": 7.25, "d": "2024-01-09"}])
    base.commit()
    for row in base.execute("""
        WITH spent AS (SELECT customer, SUM(total) AS sum, COUNT(*) AS n FROM orders GROUP BY customer)
        SELECT name, COALESCE(city, 'unknown') AS city, IFNULL(sum, 0) AS sum, RANK() OVER (ORDER BY sum DESC) AS place
        FROM customer LEFT JOIN spent ON spent.customer = customer.id ORDER BY place, name"""):
        print(tuple(row), row["city"], row.keys()[:2])
    try:
        with base:
            base.execute("UPDATE orders SET total = total + 1")
            base.execute("INSERT INTO customer (name) VALUES ('Anna')")
    except sqlite3.IntegrityError as error:
        print("rolled back:", error, base.execute("SELECT SUM(total) FROM orders").fetchone()[0])
    for bad in ("INSERT INTO orders (total) VALUES (-1)", "SELEC 1", "SELECT * FROM nothing"):
        try:
            base.execute(bad)
        except sqlite3.Error as error:
            print(type(error).__name__, error)
    base.create_function("initial", 1, lambda text: text[:1])
    base.create_aggregate("longest", 1, type("Longest", (), {"__init__": lambda s: setattr(s, "v", ""), "step": lambda s, x: setattr(s, "v", max(s.v, x, key=len)), "finalize": lambda s: s.v}))
    print(base.execute("SELECT initial(name), longest(name) FROM customer").fetchall()[0][0:2], base.total_changes, base.in_transaction)
    cursor = base.execute("DELETE FROM orders WHERE day < ?", ("2024-02-01",))
    print(cursor.rowcount, cursor.description, [tuple(r) for r in base.execute("SELECT day, strftime('%m', day), typeof(total), json_extract('{\"a\":[1,2]}', '$.a[1]') FROM orders")])
    print(list(base.iterdump())[0:2])
