const log = `2024-01-05 12:00:01 [ERROR] db: timeout after 30s
2024-01-05 12:00:02 [INFO] web: GET /index 200
2024-01-06 08:10:00 [ERROR] web: GET /x 500`;
const line = /^(?<day>\d{4}-\d{2}-\d{2}) (?<time>[\d:]+) \[(?<level>\w+)\] (?<source>\w+): (?<text>.*)$/gm;
const counts = new Map();
for (const { groups } of log.matchAll(line)) {
  const key = `${groups.day} ${groups.level}`;
  counts.set(key, (counts.get(key) || 0) + 1);
}
console.log(counts);
console.log(log.replace(/\b(\d+)s\b/, (_, n) => `${n * 1000} ms`).split("\n")[0]);
console.log("a1b22c333".split(/(\d+)/).filter(Boolean));
