
// ---- the process ----

const ENVIRONMENT = { HOME: "/home/user", LANG: "C.UTF-8", LOGNAME: "user", PATH: "/usr/bin:/bin", PWD: "/workspace", TMPDIR: "/tmp", USER: "user" };
const HAS_NO = "QuickJS in WebAssembly has no";

function nextTick(work, ...given) {
  needsFunction(work);
  queueMicrotask(() => work(...given));
}

function openProcess() {
  let folder = "/workspace";
  const started = now();
  const opened = new EventEmitter();
  const hrtime = (since) => {
    const [millis, before] = [now(), since ?? [0, 0]];
    const nanos = Math.round(millis * 1e6) - (before[0] * 1e9 + before[1]);
    return [Math.floor(nanos / 1e9), nanos % 1e9];
  };
  hrtime.bigint = () => BigInt(Math.round(now() * 1e6));
  const used = () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 });
  return Object.assign(opened, {
    title: "node", pid: 1, ppid: 0, platform: "linux", arch: "wasm32", version: "v22.0.0", argv: [], argv0: "node", execArgv: [], exitCode: undefined,
    execPath: "/usr/local/bin/node", release: { name: "node" }, versions: { node: "22.0.0", quickjs: "0.18.0" }, features: {}, config: {},
    env: new Proxy({ ...ENVIRONMENT }, { set: (target, key, value) => Reflect.set(target, key, String(value)) }),
    stdout: openStream("stdout", 1), stderr: openStream("stderr", 2), stdin: openInput(),
    cwd: () => folder,
    chdir(path) {
      const whole = wholePath(path);
      if (!fs.statSync(whole).isDirectory()) throw fileError("ENOTDIR", "chdir", String(path));
      folder = whole;
    },
    uptime: () => (now() - started) / 1000, hrtime, memoryUsage: Object.assign(used, { rss: () => 0 }), cpuUsage: () => ({ user: 0, system: 0 }),
    umask: () => 0o022, getuid: () => 1000, getgid: () => 1000, geteuid: () => 1000, getegid: () => 1000,
    nextTick,
    emitWarning: (warning) => opened.stderr.write(`(node:1) ${warning instanceof Error ? warning : `Warning: ${warning}`}\n`),
    exit(code) {
      Object.assign(current, { exitCode: code ?? opened.exitCode ?? 0, leaving: EXITED });
      host("leave");
      throw EXITED;
    },
    abort: () => opened.exit(134),
    kill() {
      throw Object.assign(new Error(`${HAS_NO} processes`), { code: "ENOSYS" });
    },
    binding() {
      throw new Error(`${HAS_NO} native parts of Node`);
    },
  });
}

// ---- modules of Node ----

const promisify = (work) => {
  needsFunction(work);
  const custom = work[CUSTOM_PROMISE];
  if (custom) return custom;
  return (...given) => new Promise((resolve, reject) => work(...given, (error, ...results) => (error ? reject(error) : resolve(results[0]))));
};

function callbackify(work) {
  return (...given) => {
    const done = given.pop();
    work(...given).then((value) => setImmediate(done, null, value), (error) => setImmediate(done, error));
  };
}

const querystring = {
  parse: (text) => {
    const found = { __proto__: null };
    for (const [key, value] of new URLSearchParams(text)) found[key] = key in found ? [found[key], value].flat() : value;
    return found;
  },
  stringify: (object) => {
    const pairs = Object.entries(object).flatMap(([key, value]) => [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`));
    return pairs.join("&");
  },
  escape: encodeURIComponent,
  unescape: decodeURIComponent,
};

const os = {
  EOL: "\n", arch: () => "wasm32", platform: () => "linux", type: () => "Linux", release: () => "0", hostname: () => "sandbox", homedir: () => "/home/user",
  tmpdir: () => "/tmp", cpus: () => [], availableParallelism: () => 1, totalmem: () => 4 * 2 ** 30, freemem: () => 2 ** 30, loadavg: () => [0, 0, 0],
  uptime: () => now() / 1000, userInfo: () => ({ uid: 1000, gid: 1000, username: "user", homedir: "/home/user", shell: null }), endianness: () => "LE",
  networkInterfaces: () => ({}), constants: { signals: {} },
};

/** What `require` and `import` find, each made when it is first wanted. */
const BUILTIN = {
  assert: openAssert,
  "assert/strict": () => requireBuiltin("assert").strict,
  buffer: () => ({ ...own("buffer"), Buffer, Blob: globalThis.Blob, atob, btoa }),
  console: () => globalThis.console,
  crypto: () => ({ ...cryptoModule, webcrypto }),
  events: () => Object.assign(EventEmitter, { EventEmitter, once: EventEmitter.once }),
  fs: () => fs,
  "fs/promises": () => fs.promises,
  module: () => ({ createRequire: (from) => makeRequire(String(from).replace(/^file:\/\//, "")), builtinModules: keys(BUILTIN) }),
  os: () => os,
  path: () => Object.assign(own("path"), { posix: own("path") }),
  "path/posix": () => own("path"),
  perf_hooks: () => ({ performance }),
  process: () => process,
  querystring: () => querystring,
  readline: () => readline,
  "readline/promises": () => readline.promises,
  stream: () => own("stream"),
  "stream/promises": () => own("stream").promises,
  string_decoder: () => ({ StringDecoder }),
  timers: () => ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval: clearTimeout, clearImmediate }),
  "timers/promises": () => timersPromises,
  url: () => ({
    URL, URLSearchParams, fileURLToPath: (url) => decodeURIComponent(new URL(url).pathname),
    pathToFileURL: (path) => new URL(`file://${encodeURI(wholePath(path)).replace(/[?#]/g, encodeURIComponent)}`),
    parse: (text) => new URL(text), format: (url) => String(url),
  }),
  util: () => ({
    inspect, format, promisify, callbackify, types, TextEncoder, TextDecoder, isDeepStrictEqual: (a, b) => isDeepEqual(a, b, true),
    inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype), deprecate: (work) => work, isArray: Array.isArray,
    stripVTControlCharacters: own("inspect").stripVTControlCharacters, formatWithOptions: own("inspect").formatWithOptions, debuglog: () => () => {},
    toUSVString: (text) => String(text).toWellFormed(),
  }),
  "util/types": () => types,
};
/** Modules of Node that need what is not here. */
const ELSEWHERE = "child_process cluster dgram dns http http2 https inspector net tls tty v8 vm worker_threads zlib".split(" ");
const builtins = new Map();

function requireBuiltin(name) {
  if (!builtins.has(name)) builtins.set(name, BUILTIN[name]());
  return builtins.get(name);
}

/** The name of the module of Node that a specifier means, or undefined. */
function builtinNamed(specifier) {
  const name = specifier.replace(/^node:/, "");
  if (Object.hasOwn(BUILTIN, name)) return name;
  if (ELSEWHERE.includes(name.split("/")[0]) || specifier.startsWith("node:")) {
    const error = new Error(`No such built-in module: ${specifier}: ${HAS_NO} \`${name}\`; the engine \`jail\` runs programs in Node itself`);
    throw Object.assign(error, { code: "ERR_UNKNOWN_BUILTIN_MODULE" });
  }
  return undefined;
}

function missing(specifier, from, code) {
  const kind = code === "MODULE_NOT_FOUND" || /^[./]/.test(specifier) ? "module" : "package";
  const name = kind === "package" ? specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/") : specifier;
  return Object.assign(new Error(`Cannot find ${kind} '${name}'${from ? ` imported from ${from}` : ""}`), { code });
}

const isFile = (path) => fs.statSync(path, { throwIfNoEntry: false })?.isFile();

/** The file that a specifier means in the folder of another one. What is required may be written without its end. */
function findFile(specifier, folder, code) {
  const isRequired = code === "MODULE_NOT_FOUND";
  const from = isRequired ? "" : current?.path;
  if (!/^(\.{0,2}\/|file:\/\/|\.\.?$)/.test(specifier)) throw missing(specifier, from, code);
  const path = own("path").resolve(folder, specifier.replace(/^file:\/\//, ""));
  const found = (isRequired ? ["", ".js", ".cjs", ".json", "/index.js"] : [""]).map((end) => path + end).find(isFile);
  if (!found) throw missing(isRequired ? specifier : path, from, code);
  return found;
}

const files = new Map();

/** `require` for a file. */
function makeRequire(from) {
  const folder = own("path").dirname(from);
  const require = (name) => {
    const specifier = String(name);
    const builtin = builtinNamed(specifier);
    if (builtin) return requireBuiltin(builtin);
    const path = findFile(specifier, folder, "MODULE_NOT_FOUND");
    if (files.has(path)) return files.get(path).exports;
    const module = { id: path, filename: path, exports: {}, loaded: false, children: [], paths: [] };
    files.set(path, module);
    try {
      const text = fs.readFileSync(path, "utf8");
      if (path.endsWith(".json")) module.exports = parse(text);
      else {
        const body = host("evaluate", `(function (exports, require, module, __filename, __dirname) {${text}\n})`, path);
        body.call(module.exports, module.exports, makeRequire(path), module, path, own("path").dirname(path));
      }
      module.loaded = true;
    } catch (error) {
      files.delete(path);
      throw error;
    }
    return module.exports;
  };
  const resolve = (name) => (builtinNamed(String(name)) ? String(name) : findFile(String(name), folder, "MODULE_NOT_FOUND"));
  return Object.assign(require, { resolve, cache: {}, main: undefined, extensions: {} });
}

/** Static and dynamic imports of a program's text. */
async function importAny(specifier) {
  const name = String(specifier);
  if (isRelativeJson(name)) return { default: requireHere(name) };
  const place = new Error();
  try {
    return await host("evaluate", `import(${stringify(name)})`, current.path);
  } catch (error) {
    return rethrow(error, place);
  }
}

/** The module of Node that a specifier means, or undefined. */
function builtinHere(specifier) {
  const name = builtinNamed(specifier);
  return name && requireBuiltin(name);
}

const isName = (name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && name !== "default";

// ---- runs ----

Object.assign(bridge, {
  import: importAny,
  define,
  /** What a module is called that a module of this name imports so: the host asks. */
  normalize(base, specifier) {
    const builtin = builtinNamed(specifier);
    if (builtin) return `node:${builtin}`;
    const folder = base.startsWith("/") ? own("path").dirname(base) : process.cwd();
    return findFile(specifier, folder, "ERR_MODULE_NOT_FOUND");
  },
  /** The text of a module by that name. */
  source(name) {
    if (name.endsWith(".json")) return `export default ${fs.readFileSync(name, "utf8")}`;
    if (!name.startsWith("node:")) return fs.readFileSync(name, "utf8");
    const names = keys(requireBuiltin(name.slice(5))).filter(isName);
    return `const module = __codemode__.builtin(${stringify(name.slice(5))});\nexport default module;\nexport const { ${names.join(", ")} } = module;\n`;
  },
  builtin: requireBuiltin,
  begin,
  check() {
    if (!process) throw new Error("the guest did not begin");
  },
  tellModules: () => link.send({ type: "done", standard: keys(BUILTIN), installed: [] }),
  firstStep() {
    seed();
    step();
  },
  step,
  /** What remains to be done of a run that left by `process.exit`, which unwound everything. */
  left() {
    leave(current);
    ended(current);
  },
});

/** Prepares what a program finds: its folder, its variables, `require` and its place. */
function prepare(run) {
  const { filename, workspace } = run;
  const name = nameRun(run);
  process.chdir(workspace);
  process.exitCode = undefined;
  run.path = `${workspace}/${filename}`;
  if (requireHere === null) openModule(run.path, workspace);
  openGlobals(run);
  return name;
}

function openModule(path, workspace) {
  const module = { id: ".", filename: path, exports: {}, loaded: false, children: [], paths: [`${workspace}/node_modules`] };
  process.argv = [process.execPath, path];
  requireHere = makeRequire(path);
  requireHere.main = module;
  bridge.meta = { url: `file://${path}`, filename: path, dirname: workspace, main: true, resolve: (name) => `file://${requireHere.resolve(name)}` };
  const names = { require: requireHere, module, exports: module.exports, __filename: path, __dirname: workspace };
  for (const [name, value] of Object.entries(names)) setGlobal(name, value, false);
}

function start(run) {
  const mine = openRun(run);
  const thrown = (error) => {
    if (mine !== current || mine.done) return;
    if (error !== RETURNED) fail(error);
    // A handler of the program's own may have taken it: then this was its end all the same.
    mine.evaluated = true;
  };
  try {
    host("script", run.code, prepare(mine)).then(() => (mine.evaluated = true), thrown);
  } catch (error) {
    thrown(error);
  }
}

/** An exception that nobody caught ends the run, unless a handler of the program's own takes it. */
function fail(error) {
  const run = current;
  if (!run || run.done) return;
  if (run.leaving === EXITED || error === EXITED) return leave(run);
  if (error === RETURNED) return;
  let last = error;
  if (process.listenerCount("uncaughtException") > 0) {
    try {
      process.emit("uncaughtException", error, "uncaughtException");
      return;
    } catch (another) {
      last = another;
    }
  }
  run.ending = raiseEnding(last);
  process.exitCode = 1;
  leave(run);
}

/** Ends a run as `process.exit` does: behind the handlers that the program added. */
function leave(run) {
  const code = run.exitCode ?? process.exitCode ?? 0;
  if (!run.session && !run.told) {
    run.told = true;
    run.leaving = null;
    try {
      process.emit("exit", Number(code));
    } catch (error) {
      if (error !== EXITED && run.leaving !== EXITED) run.ending ??= raiseEnding(error);
    }
  }
  finish(run.exitCode ?? process.exitCode ?? code);
}

/** Sends the last frame of a run. */
function finish(code) {
  const run = current;
  if (!run || run.done) return;
  run.done = true;
  const exitCode = Number(code ?? 0) & 0xff;
  sendDone(run, exitCode);
}

// ---- the event loop ----

/** Does something of the program's, whose exceptions end the run. */
function guarded(work) {
  try {
    work();
  } catch (error) {
    fail(error);
  }
  if (current.leaving === EXITED && !current.done) leave(current);
}

/** Does all that promises have made ready. The program's end counts when nothing that it left behind has failed. */
function settlePromises() {
  do {
    guarded(() => host("jobs"));
    for (let rejected = host("rejection"); rejected && !current.done; rejected = host("rejection")) {
      const [reason] = rejected;
      if (process.listenerCount("unhandledRejection") > 0) guarded(() => process.emit("unhandledRejection", reason, null));
      else fail(reason);
      guarded(() => host("jobs"));
    }
  } while (!current.done && reachesEnd(current));
}

/** Settles a run whose program has come to its end, once. */
function reachesEnd(run) {
  const isNew = run.evaluated && !run.settled && !run.awaitsValue;
  if (isNew) settle(run);
  return isNew;
}

/** Does each of these, with what promises make of it; false when the run ends meanwhile. */
function each(work, act) {
  for (const one of work) {
    guarded(() => act(one));
    settlePromises();
    if (current.done) return false;
  }
  return true;
}

/** One round, in Node's order: timers that are due, what `setImmediate` took, then what comes. False when nothing can come. */
function turn() {
  // A timer of one millisecond is due at once, as it is to Node, whose clock stands still meanwhile.
  const due = [...timers].filter((timer) => timer.due - 1 <= now()).sort((a, b) => a.due - b.due || a.id - b.id);
  if (!each(due, (timer) => timers.has(timer) && timer._onTimeout())) return true;
  const ready = immediates.splice(0);
  if (!each(ready, (immediate) => immediate.work(...immediate.given))) return true;
  const keepsAlive = calls.size > 0 || immediates.length > 0 || [...timers].some((timer) => timer.held);
  if (!keepsAlive) return due.length + ready.length > 0;
  const next = immediates.length > 0 ? 0 : Math.min(...[...timers].map((timer) => timer.due - now()));
  const message = next === Infinity ? link.receive() : link.poll(next);
  if (message) guarded(() => dispatch(message));
  return true;
}

/** Runs one program to its end. */
function step() {
  let message = link.receive();
  while (message.type !== "run") message = link.receive();
  start(message);
  const run = current;
  for (settlePromises(); !run.done; settlePromises()) {
    if (!turn()) atRest(run);
  }
  ended(run);
}

function ended(run) {
  current = null;
  // Of promises that nobody took care of the first one has told enough.
  while (host("rejection"));
  if (!run.session) timers.clear();
}

/** Nothing is left to be done. */
function atRest(run) {
  if (!run.settled && !run.awaitsValue) {
    host("stderr", `Warning: Detected unsettled top-level await at ${run.filename}: it waits for something that will never come\n`);
    run.exitCode = 13;
    leave(run);
  } else if (run.session) {
    settled(run);
  } else if (!run.resting) {
    run.resting = true;
    guarded(() => process.emit("beforeExit", Number(process.exitCode ?? 0)));
  } else {
    leave(run);
  }
}

/** What the host calls when it has defined the libraries, before it keeps the memory as an image. */
function begin() {
  own("core-js");
  ({ Buffer } = own("buffer"));
  // It takes a reference of every part of the language that it may meet.
  setGlobal("Atomics", {}, false);
  ({ inspect, format } = own("inspect"));
  delete globalThis.Atomics;
  EventEmitter = own("events");
  ({ extname } = own("path"));
  for (const [name, value] of Object.entries({ AbortController, AbortSignal, Buffer, Event, EventTarget, TextDecoder, TextEncoder })) setGlobal(name, value, false);
  installLocale();
  // What streams look for under names of packages.
  const shims = { process: { nextTick }, string_decoder: { StringDecoder }, "abort-controller": { AbortController, AbortSignal } };
  for (const [name, exports] of Object.entries(shims)) loaded.set(name, { exports });
  process = openProcess();
  Object.assign(own("path"), { resolve: resolveFrom });
  const visible = {
    CustomEvent, Headers, Request, Response, fetch, clearImmediate, clearInterval: clearTimeout, clearTimeout, console: openConsole(), crypto: webcrypto, display, global: globalThis, process, setImmediate, setInterval, setTimeout, ToolError, tools: toolsHere,
  };
  for (const [name, value] of Object.entries(visible)) setGlobal(name, value, false);
  showUrls();
}

/** How URLs are shown. */
function showUrls() {
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const parts = "href origin protocol username password host hostname port pathname search searchParams hash".split(" ");
  const show = (depth, options, again, url) => `URL ${again(Object.fromEntries(parts.map((part) => [part, url[part]])), options)}`;
  defineProperty(URL.prototype, custom, { value(depth, options, again) { return show(depth, options, again, this); }, enumerable: false });
  const pairs = (params, options, again) => [...params].map(([key, value]) => `${again(key, options)} => ${again(value, options)}`).join(", ");
  defineProperty(URLSearchParams.prototype, custom, {
    value(depth, options, again) { return this.size === 0 ? "URLSearchParams {}" : `URLSearchParams { ${pairs(this, options, again)} }`; },
    enumerable: false,
  });
}

/** `path.resolve`, from the program's current folder. */
function resolveFrom(...parts) {
  let whole = "";
  for (const part of [process.cwd(), ...parts]) whole = String(part).startsWith("/") ? String(part) : `${whole}/${part}`;
  const kept = [];
  for (const name of whole.split("/")) {
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  return `/${kept.join("/")}`;
}

defineProperty(globalThis, "__codemode__", { value: bridge });
})();
