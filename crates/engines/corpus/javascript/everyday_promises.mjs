const wait = (ms, v) => new Promise((r) => setTimeout(r, ms, v));
console.log(await Promise.all([wait(20, "a"), wait(5, "b")]), await Promise.race([wait(30, "slow"), wait(1, "fast")]));
console.log(await Promise.allSettled([Promise.reject(new Error("no")), 1]).then((r) => r.map((x) => x.status + (x.reason?.message ?? x.value))));
console.log(await Promise.any([Promise.reject(1), wait(2, "ok")]));
try { await Promise.any([Promise.reject(new Error("x"))]) } catch (e) { console.log(e.constructor.name, e.errors.length) }
queueMicrotask(() => console.log("micro")); process.nextTick(() => console.log("tick")); console.log("sync");
await wait(10);
async function* gen() { for (let i = 0; i < 3; i++) { await wait(1); yield i; } }
for await (const x of gen()) console.log(x);
