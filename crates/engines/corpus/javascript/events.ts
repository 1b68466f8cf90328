import { EventEmitter } from "node:events";
interface Events { data: [chunk: string, size: number]; end: [] }
class Typed<M extends Record<keyof M, unknown[]>> {
  private readonly inner = new EventEmitter();
  on<K extends keyof M & string>(name: K, listener: (...args: M[K]) => void): this {
    this.inner.on(name, listener as (...args: unknown[]) => void);
    return this;
  }
  emit<K extends keyof M & string>(name: K, ...args: M[K]): boolean {
    return this.inner.emit(name, ...args);
  }
}
const source = new Typed<Events>().on("data", (chunk, size) => console.log(chunk, size)).on("end", () => console.log("end"));
console.log(source.emit("data", "x", 1), source.emit("end"));
export type { Events };
export { Typed };
