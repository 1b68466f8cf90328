const pipe = (...steps) => (input) => steps.reduce((value, step) => step(value), input);
const curry = (f) => function next(...args) { return args.length >= f.length ? f(...args) : (...more) => next(...args, ...more); };
const add = curry((a, b, c) => a + b + c);
console.log(pipe((x) => x + 1, (x) => x * 2, String)(20), add(1)(2)(3), add(1, 2)(3));
const debounced = ((calls) => () => ++calls.count)({ count: 0 });
debounced();
console.log(debounced(), [1, [2, [3, [4]]]].flat(Infinity), Object.groupBy ? "groupBy" in Object : true);
const handler = { get: (target, name) => (name in target ? target[name] : `no ${String(name)}`) };
console.log(new Proxy({ a: 1 }, handler).b, Reflect.ownKeys({ x: 1, [Symbol("s")]: 2 }).length);
const { a, ...others } = { a: 1, b: 2, c: 3 };
console.log(a, others, [..."héé"].map((c) => c.codePointAt(0)));
label: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { if (j === 2) continue label; if (i === 2) break label; console.log(i, j); }
