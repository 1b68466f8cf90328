// The best customers, in TypeScript: types are stripped, top-level await works, the last expression is the value.
interface Order {
  customer: string;
  amount: number;
}

const orders: Order[] = [
  { customer: "Ann", amount: 120 },
  { customer: "Bob", amount: 80.5 },
  { customer: "Ann", amount: 40 },
];

const totals = new Map<string, number>();
for (const { customer, amount } of orders) totals.set(customer, (totals.get(customer) ?? 0) + amount);
console.log(totals);
[...totals].sort(([, a], [, b]) => b - a)[0];
