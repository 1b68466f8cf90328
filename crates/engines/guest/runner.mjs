// The Node guest: runs inside the interpreter and speaks the guest protocol (PROTOCOL.md).
//
// Started as `node --input-type=module -e <this text> -- DESCRIPTOR`. A program is a script for V8's read-evaluate-print
// mode: its names are globals of this process, and it sees nothing of this file but `display`, `tools`, `ToolError` and
// what its own rewriting calls (`__codemode__`).

import fs from "node:fs";
import { Session } from "node:inspector";
import Module from "node:module";
import { extname, join } from "node:path";
import { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { inspect, types } from "node:util";

const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const DISPLAY_BYTES_MAX = 8 * 1024 * 1024;
const DISPLAY_CHARS_MAX = 200_000;
const TRACEBACK_CHARS_MAX = 20_000;
const DEADLOCK_CODE = 13;

// References are taken now: a program may replace what modules hold.
const { read, readSync, writeSync } = fs;
const { stringify, parse } = JSON;
const { defineProperty, getPrototypeOf, keys } = Object;
const exit = process.exit.bind(process);
const reallyExit = process.reallyExit.bind(process);
const kill = process.kill.bind(process);
let inspector = null;
const later = setImmediate;
const pause = Atomics.wait.bind(Atomics, new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);

/** Writes all of it before it returns, also to a pipe that another process made non-blocking. */
function writeAll(descriptor, bytes) {
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(descriptor, bytes, sent, bytes.length - sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      pause();
    }
  }
}

/** Frames over the protocol's descriptor. libuv closes it on exec, so children of the program never hold it. */
class Link {
  constructor(descriptor) {
    this.descriptor = descriptor;
    this.received = Buffer.alloc(0);
    this.reading = false;
  }

  send(message) {
    // Half of a surrogate pair is no text to the host.
    const text = stringify(message).replace(/\\u(d[89a-f][0-9a-f]{2})|\\./gi, (all, half) => (half ? "\\ufffd" : all));
    const body = Buffer.from(text);
    if (body.length > FRAME_BYTES_MAX) throw new RangeError(`${body.length} bytes are more than a message may have`);
    const frame = Buffer.allocUnsafe(body.length + 4);
    frame.writeUInt32BE(body.length);
    body.copy(frame, 4);
    writeAll(this.descriptor, frame);
  }

  /** The next frame that is already here, or undefined. */
  take() {
    if (this.received.length < 4) return undefined;
    const end = 4 + this.received.readUInt32BE(0);
    if (this.received.length < end) return undefined;
    const body = this.received.toString("utf8", 4, end);
    this.received = this.received.subarray(end);
    return parse(body);
  }

  /** Waits for a frame; nothing else of this process goes on meanwhile. Null at the end of the link. */
  receive() {
    const chunk = Buffer.allocUnsafe(1 << 16);
    for (;;) {
      const message = this.take();
      if (message) return message;
      try {
        const count = readSync(this.descriptor, chunk, 0, chunk.length, null);
        if (count === 0) return null;
        this.received = Buffer.concat([this.received, chunk.subarray(0, count)]);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
        pause();
      }
    }
  }

  /** Hands over frames as they come, for as long as `wanted()`. Keeps the event loop alive until then. */
  listen(wanted, take) {
    if (this.reading || !wanted()) return;
    this.reading = true;
    const chunk = Buffer.allocUnsafe(1 << 16);
    read(this.descriptor, chunk, 0, chunk.length, null, (error, count) => {
      this.reading = false;
      if (error && error.code !== "EAGAIN") reallyExit(1);
      if (count === 0 && !error) reallyExit(0);
      if (error) pause();
      else this.received = Buffer.concat([this.received, chunk.subarray(0, count)]);
      for (let message = this.take(); message; message = this.take()) take(message);
      this.listen(wanted, take);
    });
  }
}

/** What a program throws at its top level in place of `return`. */
const RETURNED = Object.freeze({ returned: true });
/** What `process.exit` throws in a session, whose interpreter lives on. */
const EXITED = Object.freeze({ exited: true });

const link = new Link(Number(process.argv.at(-1)));
const sources = new Map();
const calls = new Map();
let lastCall = 0;
let runs = 0;
/** The run that is going on. */
let current = null;
/** The `require` of the workspace, and the import that resolves against it. */
let requireHere = null;
let importHere = null;

/** Gives an error that came from outside the frames of the place that waited for it. */
function rethrow(error, place) {
  const frames = String(place.stack).split("\n").filter((line) => FRAME.test(line) && isOwnFrame(line));
  if (error instanceof Error && typeof error.stack === "string" && !error.stack.split("\n").some((line) => FRAME.test(line) && isOwnFrame(line))) {
    const value = [error.stack, ...frames].join("\n");
    defineProperty(error, "stack", { value, writable: true, configurable: true });
  }
  throw error;
}

function dispatch(message) {
  if (message.type === "run") return start(message);
  const call = calls.get(message.id);
  if (!call) return undefined;
  calls.delete(message.id);
  if (message.type === "reply") return call.resolve(unpack(message.value));
  return call.reject(new ToolError(message.message, { ...call, code: message.code, data: message.data }));
}

// ---- what the rewritten program calls ----

const isRelativeJson = (specifier) => /^\.{0,2}\/.*\.json$/.test(specifier);

async function importAny(specifier, options) {
  const name = String(specifier);
  // Node wants an attribute for JSON that changed its spelling between versions.
  if (isRelativeJson(name)) return { default: requireHere(name) };
  const place = new Error();
  return importHere(specifier, options).catch((error) => rethrow(error, place));
}

/** A module for a static import that takes these names from it. */
async function load(specifier, names) {
  if (names.length > 0 && Module.builtinModules.includes(specifier.replace(/^node:/, ""))) {
    const module = requireHere(specifier);
    return pick(specifier, { __proto__: module, default: module }, names);
  }
  const module = await importAny(specifier);
  return names.length > 0 ? pick(specifier, module, names) : module;
}

function pick(specifier, module, names) {
  const fallback = Object(module.default);
  const picked = {};
  for (const name of names) {
    if (name in module) picked[name] = module[name];
    else if (name in fallback) picked[name] = fallback[name];
    else throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
  }
  return picked;
}

const bridge = {
  import: importAny,
  load,
  meta: null,
  /** Leaves the program; a handler of the program around it lets that pass. */
  returned(value) {
    if (current) Object.assign(current, { leaving: RETURNED });
    bridge.value = value;
    return RETURNED;
  },
  pass() {
    if (current?.leaving) throw current.leaving;
  },
  caught: null,
  value: undefined,
};

// ---- display ----

const MAGIC = [
  [[0x89, 0x50, 0x4e, 0x47], "image/png"],
  [[0xff, 0xd8, 0xff], "image/jpeg"],
  [[0x47, 0x49, 0x46, 0x38], "image/gif"],
  [[0x52, 0x49, 0x46, 0x46], "image/webp"],
];
const PICTURES = {
  ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
  ".svg": "image/svg+xml",
};

/** The type and bytes of what can be shown as a picture, or undefined. */
function picture(value) {
  if (types.isUint8Array(value)) {
    const found = MAGIC.find(([magic]) => magic.every((byte, index) => value[index] === byte));
    return found && { kind: found[1], bytes: value };
  }
  const kind = typeof value === "string" && PICTURES[extname(value).toLowerCase()];
  if (!kind || !fs.statSync(value, { throwIfNoEntry: false })?.isFile()) return undefined;
  return { kind, bytes: fs.readFileSync(value) };
}

/** Shows a picture, a table or any value to the reader of the result. */
function display(value, name = null) {
  const message = { type: "display", nonce: current?.nonce ?? "", name: name === null ? null : String(name) };
  const found = picture(value);
  if (value instanceof Media) return link.send({ ...message, ...value.shown() });
  if (found) {
    if (found.bytes.length > DISPLAY_BYTES_MAX) {
      throw new RangeError(`display: ${found.bytes.length} bytes are more than ${DISPLAY_BYTES_MAX}`);
    }
    return link.send({ ...message, mime_type: found.kind, base64: Buffer.from(found.bytes).toString("base64") });
  }
  if (typeof value === "object" && value !== null && isJson(value, 0)) {
    const [short] = shorten(value, DISPLAY_CHARS_MAX);
    return link.send({ ...message, mime_type: "application/json", text: stringify(short, null, 2) });
  }
  const text = typeof value === "string" ? value : show(value);
  return link.send({ ...message, mime_type: "text/plain", text: clip(text, DISPLAY_CHARS_MAX) });
}

// ---- values ----

function show(value) {
  try {
    return inspect(value, { depth: 4, maxArrayLength: 200, maxStringLength: 20_000 });
  } catch (error) {
    return `<inspect failed: ${kindOf(error)}>`;
  }
}

function clip(text, charsMax) {
  if (text.length <= charsMax) return text;
  const side = Math.max(Math.floor(charsMax / 2) - 32, 16);
  return `${text.slice(0, side)}\n[... ${text.length - 2 * side} characters left out ...]\n${text.slice(-side)}`;
}

/** Handles and functions are what a last statement happens to return, not what a program computed. */
function isByTheWay(value) {
  if (value === undefined || typeof value === "function") return true;
  const kind = typeof value === "object" && value !== null && value.constructor?.name;
  return kind === "Timeout" || kind === "Immediate" || value instanceof requireHere("events");
}

function encodeValue(value, charsMax) {
  if (isByTheWay(value)) return null;
  if (isJson(value, 0)) {
    const [json, cut] = shorten(value, charsMax);
    return { json, cut };
  }
  const text = show(value);
  return { text: clip(text, charsMax), cut: text.length > charsMax };
}

function isJson(value, depth) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth > 60 || types.isProxy(value)) return false;
  if (Array.isArray(value)) return keys(value).length === value.length && value.every((item) => isJson(item, depth + 1));
  const parent = getPrototypeOf(value);
  if (parent !== null && parent !== Object.prototype) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => "value" in property && isJson(property.value, depth + 1),
  );
}

/** The value, or as much of it as fits: text loses its middle, containers their later items. */
function shorten(value, charsMax) {
  if (stringify(value).length <= charsMax) return [value, false];
  if (typeof value === "string") return [clip(value, charsMax), true];
  const isList = Array.isArray(value);
  const short = isList ? [] : {};
  const entries = Object.entries(value);
  let left = charsMax - 64;
  let count = 0;
  for (const [key, whole] of entries) {
    const [item] = shorten(whole, Math.max(Math.floor(left / 2), 16));
    left -= stringify(item).length + key.length + 6;
    if (left < 0) break;
    count += 1;
    if (isList) short.push(item);
    else defineProperty(short, key, { value: item, enumerable: true, writable: true, configurable: true });
  }
  const note = `... ${entries.length - count} of ${entries.length} items left out ...`;
  if (isList) short.push(note);
  else short["..."] = note;
  return [short, true];
}

// ---- exceptions ----

function kindOf(error) {
  if (!types.isNativeError(error) && !(error instanceof Error)) return "Uncaught";
  const own = String(error.constructor?.name || "Error");
  return error.name === "Error" || !error.name ? own : String(error.name);
}

function safely(work) {
  try {
    return work();
  } catch (error) {
    return `<failed: ${typeof error}>`;
  }
}

const FRAME = /^\s+at /;
const PLACE = /([^\s()]+):(\d+):(\d+)/g;
/** What the rewriting puts in front of a last expression, and behind a last declaration. */
const MARK = "__codemode__.value=";
const MARK_BEHIND = /;__codemode__\.value=(?:\[[^\]]*\]|\(\{[^}]*\}\)|[\p{ID_Continue}$]+)/u;

/** A line of a program as its author wrote it, as far as that can be told. */
function sourceLine(name, line) {
  return sources.get(name)?.split("\n")[line - 1]?.replace(MARK_BEHIND, "");
}

/** A place in the program's own columns. */
function ownPlace(place, name, line, column) {
  const at = sourceLine(name, line)?.indexOf(MARK) ?? -1;
  const moved = at >= 0 && column > at ? Math.max(column - MARK.length, at + 1) : column;
  return at >= 0 ? `${name}:${line}:${moved}` : place;
}

function isOwnFrame(line) {
  const { filename, workspace } = current ?? { filename: "main.js", workspace: "/" };
  return line.includes(`${filename}:`) || line.includes(`${filename}#`) || line.includes(`${workspace}/`);
}

/** Drops the frames that are not the program's, in the error and in those that it came from. */
function trimFrames(error, seen) {
  if (!(error instanceof Error) || seen.has(error)) return;
  seen.add(error);
  const stack = error.stack;
  if (typeof stack === "string") {
    const lines = stack.split("\n").filter((line) => !FRAME.test(line) || isOwnFrame(line));
    const value = lines.map((line) => (FRAME.test(line) ? line.replace(PLACE, ownPlace) : line)).join("\n");
    defineProperty(error, "stack", { value, writable: true, configurable: true });
  }
  trimFrames(error.cause, seen);
  if (Array.isArray(error.errors)) error.errors.forEach((inner) => trimFrames(inner, seen));
}

/** The line that an error came from, with a caret, as Node shows it above an uncaught error. */
function excerpt(place) {
  const [, name, line, column] = place ?? [];
  const text = sourceLine(name, line)?.replace(MARK, "");
  if (text === undefined || text.length > 200 || text.includes("__codemode__")) return "";
  return `${name}:${line}\n${text}\n${" ".repeat(column - 1)}^\n\n`;
}

function render(error, details) {
  if (!(error instanceof Error)) return `Uncaught ${show(error)}`;
  trimFrames(error, new Set());
  const name = [...sources.keys()].at(-1) ?? "";
  const found = /(?:\(|at |async )([^\s()]+):(\d+):(\d+)\)?$/m.exec(error.stack ?? "");
  const isHere = details && !found && error instanceof SyntaxError && (details.url ?? name) === name;
  const compiled = isHere ? ["", name, details.lineNumber + 1, details.columnNumber + 1] : null;
  const text = inspect(error, { depth: 3 });
  // An error without frames is printed in brackets.
  const bracketed = `[${error.stack}]`;
  return excerpt(found ?? compiled) + (text.startsWith(bracketed) ? error.stack + text.slice(bracketed.length) : text);
}

/** The package that is missing when the error is about one. */
function missingModule(error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND" && error?.code !== "MODULE_NOT_FOUND") return null;
  const name = /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  if (!name || /^[./]|^[a-z]+:/i.test(name)) return null;
  return name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
}

function raiseEnding(error, details) {
  const exception = {
    type: safely(() => kindOf(error)),
    message: clip(safely(() => String(error instanceof Error ? error.message : typeof error === "string" ? error : show(error))), TRACEBACK_CHARS_MAX),
    traceback: clip(safely(() => render(error, details)), TRACEBACK_CHARS_MAX),
    module: safely(() => missingModule(error)),
  };
  return { kind: "raise", exception };
}

// ---- runs ----

/** A new connection to the evaluator. An evaluation that is still open on an old one is forgotten with it. */
function connect() {
  inspector?.disconnect();
  inspector = new Session();
  inspector.connect();
}

function post(...request) {
  inspector.post(...request);
}

/** Prepares what a program finds: its folder, its variables, `require` and its place. */
function prepare(run) {
  runs += 1;
  const { filename, workspace } = run;
  // Functions of an earlier run keep their own source lines.
  const name = runs > 1 ? `${filename}#${runs}` : filename;
  sources.set(name, run.code);
  process.chdir(workspace);
  if (requireHere === null) openModule(join(workspace, filename), workspace);
  openServers(run.servers ?? []);
  for (const [variable, value] of Object.entries(run.variables)) setGlobal(variable, value, true);
  if (runs > 1) overwriteNames(run.variables);
  return name;
}

function openModule(path, workspace) {
  const module = new Module(path, undefined);
  Object.assign(module, { filename: path, paths: Module._nodeModulePaths(workspace) });
  // A function of a module file may import, and resolves against the place of that file.
  const importer = new Module(path, undefined);
  Object.assign(importer, { filename: path, paths: module.paths });
  importer._compile("module.exports = (name, options) => options === undefined ? import(name) : import(name, options);", path);
  importHere = importer.exports;
  process.mainModule = module;
  process.argv = [process.execPath, path];
  requireHere = Module.createRequire(path);
  bridge.meta = {
    url: pathToFileURL(path).href, filename: path, dirname: workspace, main: true,
    resolve: (name) => (Module.builtinModules.includes(name) ? `node:${name}` : pathToFileURL(requireHere.resolve(name)).href),
  };
  const names = { require: requireHere, module, exports: module.exports, __filename: path, __dirname: workspace };
  for (const [name, value] of Object.entries(names)) setGlobal(name, value, false);
}

function setGlobal(name, value, enumerable) {
  try {
    defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true });
  } catch {
    globalThis[name] = value;
  }
}

/** A name that an earlier run declared hides the global of that name: it takes the value too. */
function overwriteNames(variables) {
  bridge.variables = variables;
  for (const name of keys(variables)) {
    if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
      post("Runtime.evaluate", { expression: `${name} = __codemode__.variables[${stringify(name)}]`, silent: true });
    }
  }
}

function start(run) {
  current = { ...run, ending: null, leaving: null, exitCode: undefined, settled: false, value: null };
  const mine = current;
  bridge.value = undefined;
  const expression = `${run.code}\n//# sourceURL=${prepare(run)}`;
  post("Runtime.evaluate", { expression, replMode: true, silent: true, objectGroup: "run" }, (error, result) => {
    mine.evaluated = true;
    const details = result?.exceptionDetails;
    const thrown = details && thrownValue(details);
    post("Runtime.releaseObjectGroup", { objectGroup: "run" });
    // A run that ended meanwhile, by an exception of a timer, is not ended again.
    if (mine !== current || mine.done) return;
    if (error) fail(new Error(`the program cannot be evaluated: ${error.message}`));
    else if (details && thrown !== RETURNED) fail(thrown, details);
    else settle(mine);
  });
}

/** The very value that was thrown; the inspector only tells about it. */
function thrownValue(details) {
  const { exception } = details;
  if (!exception?.objectId) return exception?.unserializableValue ?? exception?.value;
  let thrown = exception.description;
  bridge.caught = (value) => (thrown = value);
  const functionDeclaration = "function () { 'use strict'; __codemode__.caught(this); }";
  post("Runtime.callFunctionOn", { objectId: exception.objectId, functionDeclaration, silent: true });
  return thrown;
}

/** The program came to its end. A promise as its last value is waited for: `main()` is how many programs start. */
function settle(run) {
  const { value } = bridge;
  if (types.isPromise(value)) {
    run.awaitsValue = true;
    const then = (result) => {
      bridge.value = result;
      if (run === current) settled(run);
    };
    value.then(then, (error) => run === current && fail(error));
  } else {
    settled(run);
  }
}

function settled(run) {
  run.settled = true;
  run.value = safely(() => encodeValue(bridge.value, run.value_chars_max));
  if (typeof run.value === "string") run.value = { text: run.value };
  if (run.session) finish(process.exitCode);
}

/** An exception that nobody caught ends the run. */
function fail(error, details) {
  if (error === EXITED) return finish(current?.exitCode);
  if (error === RETURNED) return undefined;
  const run = current;
  if (!run || run.done) return writeAll(2, Buffer.from(`Uncaught ${safely(() => inspect(error))}\n`));
  run.ending = raiseEnding(error, details);
  if (run.session) return finish(1);
  process.exitCode = 1;
  return exit(1);
}

/** Sends the last frame of a run. */
function finish(code) {
  const run = current;
  if (!run || run.done) return;
  run.done = true;
  const exitCode = Number(code ?? 0) & 0xff;
  const ending = run.ending ?? (exitCode === 0 ? { kind: "finish" } : { kind: "exit", code: exitCode });
  const value = ending.kind === "finish" ? run.value : null;
  try {
    link.send({ type: "done", nonce: run.nonce, ending, value });
  } catch {
    // The program closed the link: only the exit status can tell how it ended.
    reallyExit(ending.kind === "raise" ? 1 : exitCode);
  }
  // Stands still until codemode ends this process, which first reads what it has used.
  if (!run.session) kill(process.pid, "SIGSTOP");
  else {
    current = null;
    process.exitCode = undefined;
    // V8 would tell the end of a program that waits for ever while it collects garbage, where nothing may listen.
    if (!run.evaluated) connect();
    later(next);
  }
}

/** A session waits here for its next program. */
function next() {
  if (link.reading || current) return;
  const message = link.receive();
  if (message === null) reallyExit(0);
  else if (message.type === "run") start(message);
  else {
    dispatch(message);
    later(next);
  }
}

// ---- the process ----

function exitOfSession(code) {
  if (!current?.session) return exit(code);
  Object.assign(current, { exitCode: code ?? process.exitCode ?? 0, leaving: EXITED });
  throw EXITED;
}

function watchTheEnd() {
  const natural = (code) => finish(code);
  process.on("beforeExit", () => {
    if (!current || current.done) return;
    if (!current.settled && !current.awaitsValue) {
      writeAll(2, Buffer.from(`Warning: Detected unsettled top-level await at ${current.filename}: it waits for something that will never come\n`));
      if (current.session) finish(DEADLOCK_CODE);
      else exit(DEADLOCK_CODE);
    } else if (current.session) {
      settled(current);
    } else {
      // Behind the exit handlers that the program added.
      process.off("exit", natural);
      process.on("exit", natural);
    }
  });
  process.on("uncaughtException", (error) => {
    // A handler of the program's own decides.
    if (process.listenerCount("uncaughtException") === 1 || error === EXITED) fail(error);
  });
  process.reallyExit = (code) => {
    finish(code);
    reallyExit(code);
  };
  process.exit = exitOfSession;
}

/** A stream whose writes are done when they return: nothing is lost at the end, and nothing piles up. */
function openStream(descriptor) {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk, _encoding, callback) {
      try {
        writeAll(descriptor, chunk);
        callback();
      } catch (error) {
        callback(error.code === "EPIPE" ? null : error);
      }
    },
    destroy(_error, callback) {
      callback(null);
    },
  });
  return Object.assign(stream, { fd: descriptor, _type: "pipe", _isStdio: true });
}

function openStreams() {
  for (const [name, descriptor] of [["stdout", 1], ["stderr", 2]]) {
    const stream = openStream(descriptor);
    defineProperty(process, name, { get: () => stream, enumerable: true, configurable: true });
  }
}

openStreams();
connect();
watchTheEnd();
process.execArgv = [];
defineProperty(globalThis, "__codemode__", { value: bridge });
setGlobal("display", display, false);
setGlobal("tools", toolsHere, false);
setGlobal("ToolError", ToolError, false);
link.send({ type: "ready", version: 1, runtime: `Node ${process.versions.node}` });
next();
