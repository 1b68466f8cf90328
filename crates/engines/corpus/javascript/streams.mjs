import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
const lines = [];
let rest = "";
const split = new Transform({
  readableObjectMode: true,
  transform(chunk, _encoding, done) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    for (const part of parts) this.push(part);
    done();
  },
  flush(done) {
    if (rest) this.push(rest);
    done();
  },
});
await pipeline(
  Readable.from(["one\ntw", "o\nthree", "\nfour"]),
  split,
  new Writable({ objectMode: true, write(line, _, done) { lines.push(line.length + ":" + line); done(); } }),
);
console.log(lines);
Readable.from(["to ", "stdout\n"]).pipe(process.stdout);
