const fs = require("fs");
const path = require("path");
const folder = path.join(__dirname, "work");
fs.mkdirSync(path.join(folder, "deep"), { recursive: true });
fs.writeFileSync(path.join(folder, "a.txt"), "alpha\nbeta\n");
fs.appendFileSync(path.join(folder, "a.txt"), "gamma\n");
fs.writeFileSync(path.join(folder, "deep", "b.json"), JSON.stringify({ ok: true }));
function walk(at) {
  return fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const full = path.join(at, entry.name);
    return entry.isDirectory() ? walk(full) : [path.relative(folder, full) + " " + fs.statSync(full).size];
  });
}
console.log(walk(folder));
console.log(fs.readFileSync(path.join(folder, "a.txt"), "utf8").trim().split("\n").reverse());
console.log(require(path.join(folder, "deep", "b.json")));
try {
  fs.readFileSync(path.join(folder, "missing"));
} catch (error) {
  console.log(error.code, error.syscall);
}
fs.rmSync(folder, { recursive: true });
console.log(fs.existsSync(folder));
module.exports = { walk };
