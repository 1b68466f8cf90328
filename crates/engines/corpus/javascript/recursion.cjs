const memo = new Map();
function ways(amount, coins) {
  if (amount === 0) return 1;
  if (amount < 0 || coins.length === 0) return 0;
  const key = `${amount}/${coins.length}`;
  if (!memo.has(key)) memo.set(key, ways(amount - coins[0], coins) + ways(amount, coins.slice(1)));
  return memo.get(key);
}
console.log(ways(200, [200, 100, 50, 20, 10, 5, 2, 1]));
const permutations = (items) =>
  items.length < 2 ? [items] : items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
console.log(permutations(["a", "b", "c"]).map((p) => p.join("")).join(" "));
function hanoi(n, from = "A", to = "C", via = "B") {
  return n === 0 ? 0 : hanoi(n - 1, from, via, to) + 1 + hanoi(n - 1, via, to, from);
}
console.log(hanoi(10));
(function deep() { try { deep(); } catch (error) { if (!deep.seen) console.log((deep.seen = error.name)); } })();
