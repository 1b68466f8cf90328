import sqlite3

with sqlite3.connect(":memory:") as db:
    db.row_factory = sqlite3.Row
    db.executescript("""
        CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE orders(id INTEGER PRIMARY KEY, customer REFERENCES customer, total REAL CHECK(total > 0));
    """)
    db.executemany("INSERT INTO customer(name) VALUES (?)", [("Ada",), ("Bob",), ("Cy",)])
    db.executemany("INSERT INTO orders(customer, total) VALUES (?, ?)", [(1, 10.5), (1, 4.5), (2, 7)])
    query = """SELECT c.name, count(o.id) AS n, coalesce(sum(o.total), 0) AS total,
                      rank() OVER (ORDER BY coalesce(sum(o.total), 0) DESC) AS place
               FROM customer c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id ORDER BY place"""
    for row in db.execute(query):
        print(dict(row))
    try:
        with db:
            db.execute("INSERT INTO orders(customer, total) VALUES (1, -1)")
    except sqlite3.IntegrityError as error:
        print("rolled back:", error)
    db.create_function("shout", 1, lambda text: text.upper() + "!")
    print(db.execute("SELECT shout(name) FROM customer ORDER BY name DESC").fetchone()[0])
db.close()
