const buffer = Buffer.alloc(12);
buffer.writeUInt32BE(0xdeadbeef, 0);
buffer.writeDoubleLE(Math.PI, 4);
console.log(buffer, buffer.toString("hex"), buffer.readDoubleLE(4));
console.log(Buffer.from("héllo ✓").toString("base64"), Buffer.from("aGk=", "base64").toString());
console.log(Buffer.concat([Buffer.from([1, 2]), Buffer.from("ab")]), Buffer.byteLength("€"));
const floats = new Float32Array([1.5, 2.5]);
console.log(new Uint8Array(floats.buffer), new DataView(floats.buffer).getFloat32(0, true));
console.log(new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac])), require("zlib").gunzipSync(require("zlib").gzipSync("zip")).toString());
