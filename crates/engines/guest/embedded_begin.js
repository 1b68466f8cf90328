// The JavaScript guest inside WebAssembly: QuickJS, which has the language and nothing else. In one text with tools.mjs,
// values.mjs and the other files of this name; all of it is one function, of which programs see what it makes global.
//
// Every message goes through the one function that the host gives: a word, and texts that belong to it.
(() => {
"use strict";

const host = globalThis.__host__;
delete globalThis.__host__;

// References are taken now: a program may replace what these hold.
const { stringify, parse } = JSON;
const { defineProperty, getPrototypeOf, keys } = Object;
const now = performance.now.bind(performance);

/** Frames through the host. */
const link = {
  send(message) {
    // Half of a surrogate pair is no text to the host.
    const text = stringify(message).replace(/\\u(d[89a-f][0-9a-f]{2})|\\./gi, (all, half) => (half ? "\\ufffd" : all));
    if (host("call", `s${text}`) !== "sent") throw new RangeError(`${text.length} characters are more than a message may have`);
  },
  /** Waits for a frame. */
  receive: () => parse(host("call", "r")),
  /** The next frame, or undefined when none came in this time. */
  poll(millis) {
    const body = host("call", `p${Math.max(Math.ceil(Math.min(millis, 2 ** 40)), 0)}`);
    return body ? parse(body) : undefined;
  },
  /** The event loop reads whenever a call is open. */
  listen() {},
};

// ---- modules ----

const definitions = new Map();
const loaded = new Map();
/** What libraries are called by each other, and by us. */
const MAIN = {
  "@noble/hashes/crypto": "@noble/hashes/crypto",
  "base64-js": "base64-js/index",
  buffer: "buffer/index",
  "core-js": "core-js-bundle/minified",
  events: "events/events",
  ieee754: "ieee754/index",
  inspect: "node-inspect-extracted/dist/inspect",
  path: "path-browserify/index",
  stream: "readable-stream/lib/stream",
};

/** A module of the guest's own, by its function; it runs when it is first wanted. */
function define(name, body) {
  definitions.set(name, body);
}

/** A module that was defined. */
function own(wanted) {
  const name = MAIN[wanted] ?? wanted;
  if (!loaded.has(name)) {
    const module = { exports: {} };
    loaded.set(name, module);
    definitions.get(name).call(module.exports, module, module.exports, (other) => own(beside(name, other)));
  }
  return loaded.get(name).exports;
}

/** What a module of this name means by another one. */
function beside(name, other) {
  if (!other.startsWith(".")) return other.replace(/\/$/, "");
  const parts = name.split("/").slice(0, -1);
  for (const part of other.replace(/\.js$/, "").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

// ---- stacks as V8 writes them ----

function frameText(site) {
  const [file, name] = [site.getFileName(), site.getFunctionName()];
  if (site.isNative() || !file) return `    at ${name || "<anonymous>"} (native)`;
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  // QuickJS counts from behind a `new`.
  const isBehindNew = sources.get(file)?.split("\n")[line - 1]?.slice(0, column - 1).endsWith("new ");
  const place = `${file}:${line}:${isBehindNew ? column - 4 : column}`;
  return !name || name === "<eval>" || name === "<anonymous>" ? `    at ${place}` : `    at ${name} (${place})`;
}

function stackText(error, sites) {
  let head;
  try {
    head = String(error);
  } catch {
    head = "<error>";
  }
  return [head, ...sites.map(frameText)].join("\n");
}

Error.prepareStackTrace = stackText;
