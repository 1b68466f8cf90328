const items = [{ name: "bolt", qty: 10, price: 0.25 }, { name: "nut", qty: 0, price: 0.1 }, { name: "gear", qty: 3, price: 12.5 }];
const total = items.reduce((sum, { qty, price }) => sum + qty * price, 0);
console.log(`Total: $${total.toFixed(2)}`);
console.table(items.filter((i) => i.qty > 0));
console.log(Object.fromEntries(items.map(({ name, ...rest }) => [name, rest])));
console.log(items.toSorted((a, b) => b.price - a.price).map((i) => i.name), items.at(-1), structuredClone(items)[0] !== items[0]);
