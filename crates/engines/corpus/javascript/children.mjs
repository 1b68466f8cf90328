import { exec, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
console.log(execFileSync("printf", ["%s-%s", "a", "b"], { encoding: "utf8" }));
const { stdout, stderr } = await promisify(exec)("echo out; echo err >&2");
console.log([stdout, stderr]);
const child = spawn("sh", ["-c", "cat | tr a-z A-Z; exit 3"]);
let text = "";
child.stdout.on("data", (chunk) => (text += chunk));
child.stdin.end("shout");
const [code] = await once(child, "close");
console.log(text, code);
try {
  execFileSync("false");
} catch (error) {
  console.log(error.status);
}
spawn("echo", ["inherited"], { stdio: ["ignore", "inherit", "inherit"] });
