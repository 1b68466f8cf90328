interface Entity { readonly id: number; name: string }
class Repository<T extends Entity> {
  private items = new Map<number, T>();
  add(item: T): this { this.items.set(item.id, item); return this; }
  find<K extends keyof T>(key: K, value: T[K]): T | undefined {
    return [...this.items.values()].find((item) => item[key] === value);
  }
}
type User = Entity & { email?: string };
const users = new Repository<User>().add({ id: 1, name: "ann" }).add({ id: 2, name: "bob", email: "b@x.org" });
console.log(users.find("name", "bob")?.email, users.find("id", 3) as unknown);
function assertNever(x: never): never { throw new Error(String(x)); }
const pick = <T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
console.log(pick({ a: 1, b: 2, c: 3 }, "a", "c"));
