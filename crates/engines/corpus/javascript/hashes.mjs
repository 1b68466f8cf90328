import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
for (const kind of ["md5", "sha1", "sha256"]) console.log(kind, createHash(kind).update("hello").digest("hex"));
console.log(createHmac("sha256", "key").update("a").update("b").digest("base64"));
console.log(randomBytes(8).length, timingSafeEqual(Buffer.from("a"), Buffer.from("a")));
const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("hello"));
console.log(Buffer.from(digest).toString("hex").slice(0, 16));
