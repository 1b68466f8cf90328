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

const link = new Link(Number(process.argv.at(-1)));
/** The import that resolves against the workspace. */
let importHere = null;

// ---- what the rewritten program calls ----

async function importAny(specifier, options) {
  const name = String(specifier);
  // Node wants an attribute for JSON that changed its spelling between versions.
  if (isRelativeJson(name)) return { default: requireHere(name) };
  const place = new Error();
  return importHere(specifier, options).catch((error) => rethrow(error, place));
}

/** The module of Node that a specifier means, or undefined. */
function builtinHere(specifier) {
  return Module.builtinModules.includes(specifier.replace(/^node:/, "")) ? requireHere(specifier) : undefined;
}

Object.assign(bridge, { import: importAny, caught: null });

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
  const { filename, workspace } = run;
  const name = nameRun(run);
  process.chdir(workspace);
  if (requireHere === null) openModule(join(workspace, filename), workspace);
  openGlobals(run);
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
  const mine = openRun(run);
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
  try {
    sendDone(run, exitCode);
  } catch {
    // The program closed the link: only the exit status can tell how it ended.
    reallyExit(run.ending ? 1 : exitCode);
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
