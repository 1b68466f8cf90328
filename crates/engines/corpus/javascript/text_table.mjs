const rows = [["name", "qty", "price"], ["apple", 3, 1.5], ["watermelon", 12, 30.25], ["kiwi", 100, 0.2]];
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
for (const [index, row] of rows.entries()) {
  console.log(row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]))).join(" | "));
  if (index === 0) console.log(widths.map((width) => "-".repeat(width)).join("-+-"));
}
console.table([{ a: 1, b: "x" }, { a: 2, b: "y" }]);
console.group("group");
console.log("inside %s %d %j", "text", 42, { a: [1] });
console.groupEnd();
console.error("not on stdout");
