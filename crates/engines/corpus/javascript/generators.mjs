function* fibonacci() {
  let [a, b] = [0n, 1n];
  for (;;) {
    yield a;
    [a, b] = [b, a + b];
  }
}
function* take(iterable, count) {
  let index = 0;
  for (const item of iterable) {
    if (index++ >= count) return;
    yield item;
  }
}
console.log([...take(fibonacci(), 12)].join(" "));
console.log([...take(fibonacci(), 100)].at(-1));
class Tree {
  constructor(value, left, right) {
    Object.assign(this, { value, left, right });
  }
  *[Symbol.iterator]() {
    if (this.left) yield* this.left;
    yield this.value;
    if (this.right) yield* this.right;
  }
}
console.log([...new Tree(4, new Tree(2, new Tree(1)), new Tree(6))]);
