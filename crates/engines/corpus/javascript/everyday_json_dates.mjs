const d = new Date("2024-02-29T12:34:56.789Z");
console.log(JSON.stringify({ d, u: undefined, f() {}, n: NaN, nested: [1, { a: null }] }), JSON.stringify([1, { a: 2 }], null, 2), JSON.parse('{"a":[1,2,{"b":null}]}', (k, v) => (typeof v === "number" ? v * 2 : v)));
console.log(d.toISOString(), d.getUTCDay(), d.getTime(), new Date(2024, 0, 31).getMonth(), Date.UTC(2000, 1, 1), new Date(d.getTime() + 864e5).toISOString().slice(0, 10));
console.log(d.toLocaleDateString("en-US", { timeZone: "UTC", weekday: "short", month: "short", day: "numeric", year: "numeric" }), (1234567.891).toLocaleString("en-US"), (0.1234).toLocaleString("en-US", { style: "percent", maximumFractionDigits: 1 }), new Intl.NumberFormat("en-US", { style: "currency", currency: "EUR" }).format(99.5));
try { JSON.parse("{bad") } catch (e) { console.log(e.name) }
