import { readFile, writeFile, rm } from "node:fs/promises";
import type { PathLike } from "node:fs";
type Result<T, E = Error> = { ok: true; value: T } | { ok: false; error: E };
async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}
const at: PathLike = "data.json";
await writeFile(at, JSON.stringify({ n: [1, 2, 3] }));
const good = await attempt<{ n: number[] }>(async () => JSON.parse(await readFile(at, "utf8")));
console.log(good.ok && good.value.n.reduce((a: number, b: number): number => a + b, 0));
const bad = await attempt(() => readFile("missing"));
console.log(bad.ok, !bad.ok ? (bad.error as NodeJS.ErrnoException).code : "");
await rm(at);
