import { EventEmitter, once } from "node:events";
class Job extends EventEmitter {
  run() {
    queueMicrotask(() => this.emit("progress", 50));
    setImmediate(() => this.emit("done", { ok: true }));
    return this;
  }
}
const job = new Job().on("progress", (percent) => console.log(`${percent} %`)).run();
const [result] = await once(job, "done");
console.log(result);
const order = [];
setTimeout(() => order.push("timeout"), 0);
process.nextTick(() => order.push("tick"));
Promise.resolve().then(() => order.push("promise"));
await new Promise((resolve) => setTimeout(resolve, 10));
console.log(order.sort());
process.on("exit", (code) => console.log("exit", code));
