import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
console.log(path.join("a", "..", "b", "c.txt"), path.extname("x.tar.gz"), path.parse("/home/u/file.txt"));
console.log(path.relative("/a/b/c", "/a/d"), path.resolve("/x", "../y"), path.normalize("/a//b/./c"));
const url = new URL("https://user@example.org:8080/a/b?x=1&y=two%20words#top");
url.searchParams.append("z", "ü&");
console.log(url.href, url.hostname, url.port, [...url.searchParams]);
console.log(pathToFileURL("/a b/c").href, fileURLToPath("file:///a%20b/c"));
console.log(path.basename(import.meta.url).length > 0, new URLSearchParams({ q: "a b" }).toString());
