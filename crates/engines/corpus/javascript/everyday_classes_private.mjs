class Stack { #items = []; static count = 0; constructor() { Stack.count++; } push(x) { this.#items.push(x); return this; } get size() { return this.#items.length; } *[Symbol.iterator]() { yield* this.#items; } static { this.kind = "LIFO"; } toString() { return `Stack(${this.size})`; } }
const s = new Stack().push(1).push(2);
console.log(s, String(s), [...s], Stack.kind, Stack.count, s instanceof Stack, Object.getOwnPropertyNames(Stack.prototype));
class A { constructor(n) { this.n = n; } } class B extends A { constructor() { super(5); this.m = new Map([["k", [1, 2]]]); } }
console.log(new B(), [new A(1)], { a: new A(2) }, A, B.name);
try { null.x } catch (e) { console.log(e instanceof TypeError) }
