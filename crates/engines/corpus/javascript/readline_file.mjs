import { createReadStream, promises as fs } from "node:fs";
import readline from "node:readline";
await fs.writeFile("people.csv", "name,age\nann,31\nbob,25\ncy,40\n");
const people = [];
let header = null;
for await (const line of readline.createInterface({ input: createReadStream("people.csv"), crlfDelay: Infinity })) {
  const cells = line.split(",");
  if (!header) header = cells;
  else people.push(Object.fromEntries(header.map((name, i) => [name, cells[i]])));
}
console.log(people);
console.log("average", people.reduce((sum, { age }) => sum + Number(age), 0) / people.length);
await fs.unlink("people.csv");
