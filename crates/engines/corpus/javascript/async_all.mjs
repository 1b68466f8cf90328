const sleep = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
async function fetchUser(id) {
  await sleep(5 * (4 - id));
  if (id === 3) throw new Error(`user ${id} not found`);
  return { id, name: `user${id}` };
}
const users = await Promise.all([1, 2].map(fetchUser));
console.log(users);
const settled = await Promise.allSettled([1, 2, 3].map(fetchUser));
console.log(settled.map(({ status, reason }) => reason?.message ?? status));
console.log(await Promise.race([sleep(50, "slow"), sleep(1, "fast")]));
for await (const value of (async function* () {
  yield await sleep(1, "first");
  yield "second";
})()) console.log(value);
