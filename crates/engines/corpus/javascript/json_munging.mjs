const orders = JSON.parse('[{"id":1,"customer":"ann","items":[{"sku":"a","qty":2,"price":9.5},{"sku":"b","qty":1,"price":4}]},{"id":2,"customer":"bob","items":[{"sku":"a","qty":1,"price":9.5}]}]');
const totals = orders.map(({ id, customer, items }) => ({
  id,
  customer,
  total: items.reduce((sum, { qty, price }) => sum + qty * price, 0),
}));
console.log(JSON.stringify(totals, null, 2));
const bySku = {};
for (const { items } of orders) for (const { sku, qty } of items) bySku[sku] = (bySku[sku] ?? 0) + qty;
console.log(bySku, Object.entries(bySku).sort(([, a], [, b]) => b - a)[0]);
