import { setTimeout as sleep } from "node:timers/promises";
async function step(name, ms) {
  console.log("start", name);
  await sleep(ms);
  console.log("end", name);
  return name.toUpperCase();
}
async function main() {
  const [a, b] = await Promise.all([step("a", 20), step("b", 5)]);
  console.log(a, b);
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
console.log("scheduled");
