
// ---- what Node has: by libraries where there is one ----

// Set when the libraries are there.
let Buffer, inspect, format, EventEmitter, extname, process;

const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
const TypedArray = getPrototypeOf(Uint8Array);

/** node:util's `types`. */
const types = {
  isUint8Array: (value) => value instanceof Uint8Array,
  isTypedArray: (value) => value instanceof TypedArray,
  isNativeError: (value) => value instanceof Error && tagOf(value) === "Error",
  isPromise: (value) => value instanceof Promise,
  isProxy: () => false,
  isAsyncFunction: (value) => tagOf(value) === "AsyncFunction",
  isGeneratorFunction: (value) => tagOf(value) === "GeneratorFunction",
  isArrayBufferView: ArrayBuffer.isView,
};
for (const name of ["Date", "RegExp", "Map", "Set", "WeakMap", "WeakSet", "ArrayBuffer", "DataView"]) {
  types[`is${name}`] = (value) => value instanceof globalThis[name];
}

// ---- chance ----

const random = { bytes: [], state: [1, 2, 3, 4] };

function randomBytes(count) {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    if (random.bytes.length === 0) random.bytes = host("random").match(/../g).map((pair) => parseInt(pair, 16));
    bytes[at] = random.bytes.pop();
  }
  return bytes;
}

/** Every interpreter out of one image would draw the same numbers. */
function seed() {
  const bytes = randomBytes(16);
  random.state = [0, 4, 8, 12].map((at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
}

/** The generator sfc32, of Chris Doty-Humphrey's PractRand. */
function draw() {
  let [a, b, c, d] = random.state;
  const sum = (((a + b) | 0) + d) | 0;
  d = (d + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (c << 21) | (c >>> 11);
  c = (c + sum) | 0;
  random.state = [a, b, c, d];
  return sum >>> 0;
}

defineProperty(Math, "random", {
  value: () => (draw() * 2 ** 21 + (draw() >>> 11)) / 2 ** 53,
  writable: true,
  configurable: true,
});

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const randomText = (length) => Array.from(randomBytes(length), (byte) => LETTERS[byte % LETTERS.length]).join("");

function openHash(make, name) {
  const parts = make();
  return {
    update(data, encoding) {
      parts.update(typeof data === "string" ? Buffer.from(data, encoding) : data);
      return this;
    },
    digest(encoding) {
      const bytes = Buffer.from(parts.digest());
      return encoding ? bytes.toString(encoding) : bytes;
    },
    get algorithm() {
      return name;
    },
  };
}

function hashNamed(name) {
  const { md5, sha1, ripemd160 } = own("@noble/hashes/legacy");
  const { sha224, sha256, sha384, sha512 } = own("@noble/hashes/sha2");
  const found = { md5, sha1, ripemd160, rmd160: ripemd160, sha224, sha256, sha384, sha512 }[String(name).toLowerCase().replace("-", "")];
  if (!found) throw Object.assign(new Error("Digest method not supported"), { code: "ERR_CRYPTO_INVALID_DIGEST" });
  return found;
}

const cryptoModule = {
  randomBytes: (count) => Buffer.from(randomBytes(count)),
  randomInt(low, high) {
    const [least, most] = high === undefined ? [0, low] : [low, high];
    const [a, b] = new Uint32Array(randomBytes(8).buffer);
    return least + Math.floor(((a * 2 ** 21 + (b >>> 11)) / 2 ** 53) * (most - least));
  },
  randomUUID() {
    const bytes = randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
  getRandomValues(array) {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(randomBytes(array.byteLength));
    return array;
  },
  createHash: (name) => openHash(() => hashNamed(name).create(), name),
  createHmac: (name, key) => openHash(() => own("@noble/hashes/hmac").hmac.create(hashNamed(name), typeof key === "string" ? Buffer.from(key) : key), name),
  hash: (name, data, encoding = "hex") => cryptoModule.createHash(name).update(data).digest(encoding),
  getHashes: () => ["md5", "ripemd160", "sha1", "sha224", "sha256", "sha384", "sha512"],
  timingSafeEqual(a, b) {
    if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
    return a.reduce((difference, byte, at) => difference | (byte ^ b[at]), 0) === 0;
  },
};

/** The web's, as far as it needs no keys. */
const webcrypto = {
  getRandomValues: cryptoModule.getRandomValues,
  randomUUID: cryptoModule.randomUUID,
  subtle: {
    async digest(algorithm, data) {
      const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
      return new Uint8Array(hashNamed(algorithm.name ?? algorithm)(bytes)).buffer;
    },
  },
};

// ---- text ----

class TextEncoder {
  encoding = "utf-8";

  encode(text = "") {
    return new Uint8Array(Buffer.from(String(text)));
  }

  encodeInto(text, target) {
    const bytes = this.encode(text).subarray(0, target.length);
    target.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

class TextDecoder {
  constructor(encoding = "utf-8", options = {}) {
    const name = encoding.toLowerCase();
    this.encoding = { utf8: "utf-8", latin1: "windows-1252", "iso-8859-1": "windows-1252", ascii: "windows-1252", "utf-16": "utf-16le" }[name] ?? name;
    const known = { "utf-8": "utf8", "utf-16le": "utf16le", "windows-1252": "latin1" }[this.encoding];
    if (!known) throw Object.assign(new RangeError(`The "${encoding}" encoding is not supported`), { code: "ERR_ENCODING_NOT_SUPPORTED" });
    this.fatal = Boolean(options.fatal);
    this.ignoreBOM = Boolean(options.ignoreBOM);
    defineProperty(this, "known", { value: known, enumerable: false });
    defineProperty(this, "kept", { value: Buffer.alloc(0), enumerable: false, writable: true });
  }

  decode(input = new Uint8Array(), options = {}) {
    const given = ArrayBuffer.isView(input) ? Buffer.from(input.buffer, input.byteOffset, input.byteLength) : Buffer.from(input);
    let bytes = Buffer.concat([this.kept, given]);
    this.kept = Buffer.alloc(0);
    if (options.stream && this.known === "utf8") {
      const whole = wholeCharacters(bytes);
      this.kept = bytes.subarray(whole);
      bytes = bytes.subarray(0, whole);
    }
    const text = bytes.toString(this.known);
    if (this.fatal && this.known === "utf8" && !Buffer.from(text).equals(bytes)) {
      throw Object.assign(new TypeError("The encoded data was not valid for encoding utf-8"), { code: "ERR_ENCODING_INVALID_ENCODED_DATA" });
    }
    return this.ignoreBOM ? text : text.replace(/^\ufeff/, "");
  }
}

/** How many of these bytes are whole characters of UTF-8. */
function wholeCharacters(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (length > back) return bytes.length - back;
    if (byte < 0x80 || length > 0) break;
  }
  return bytes.length;
}

/** node:string_decoder's. */
class StringDecoder {
  constructor(encoding = "utf8") {
    this.encoding = encoding;
    this.decoder = /^utf-?8$/i.test(encoding) ? new TextDecoder("utf-8", { ignoreBOM: true }) : null;
  }

  write(bytes) {
    return this.decoder ? this.decoder.decode(bytes, { stream: true }) : Buffer.from(bytes).toString(this.encoding);
  }

  end(bytes) {
    return this.decoder ? this.decoder.decode(bytes) : bytes ? Buffer.from(bytes).toString(this.encoding) : "";
  }
}

// ---- time ----

/** What is to happen later, in the order in which it was asked for where the times are the same. */
const timers = new Set();
const immediates = [];
let lastTimer = 0;

class Timeout {
  constructor(work, after, given, repeat) {
    const millis = after >= 1 && after <= 2 ** 31 - 1 ? Math.trunc(after) : 1;
    Object.assign(this, { work, given, repeat: repeat ? millis : null, due: now() + millis, held: true, id: ++lastTimer });
    timers.add(this);
  }

  ref() {
    this.held = true;
    return this;
  }

  unref() {
    this.held = false;
    return this;
  }

  hasRef() {
    return this.held;
  }

  refresh() {
    return this;
  }

  close() {
    clearTimeout(this);
    return this;
  }

  _onTimeout() {
    if (this.repeat === null) timers.delete(this);
    else this.due = now() + this.repeat;
    this.work.apply(this, this.given);
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }
}

function needsFunction(work) {
  if (typeof work === "function") return;
  throw Object.assign(new TypeError(`The "callback" argument must be of type function. Received ${inspect(work)}`), { code: "ERR_INVALID_ARG_TYPE" });
}

function setTimeout(work, after, ...given) {
  needsFunction(work);
  return new Timeout(work, Number(after), given, false);
}

function setInterval(work, after, ...given) {
  needsFunction(work);
  return new Timeout(work, Number(after), given, true);
}

function clearTimeout(timer) {
  const found = timer instanceof Timeout ? timer : [...timers].find((one) => one.id === Number(timer));
  timers.delete(found);
}

class Immediate {
  constructor(work, given) {
    Object.assign(this, { work, given });
    immediates.push(this);
  }
}

function setImmediate(work, ...given) {
  needsFunction(work);
  return new Immediate(work, given);
}

function clearImmediate(immediate) {
  // It may be among those whose turn it is.
  if (immediate instanceof Immediate) immediate.work = () => {};
}

const timersPromises = {
  setTimeout: (after, value, { signal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(resolve, after, value);
      signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
    }),
  setImmediate: (value) => new Promise((resolve) => setImmediate(resolve, value)),
  async *setInterval(after, value) {
    for (;;) yield await timersPromises.setTimeout(after, value);
  },
  scheduler: { wait: (after, options) => timersPromises.setTimeout(after, undefined, options), yield: () => timersPromises.setImmediate() },
};
const CUSTOM_PROMISE = Symbol.for("nodejs.util.promisify.custom");
defineProperty(setTimeout, CUSTOM_PROMISE, { value: timersPromises.setTimeout });
defineProperty(setImmediate, CUSTOM_PROMISE, { value: timersPromises.setImmediate });

// ---- events of the web ----

class Event {
  constructor(type, { cancelable = false } = {}) {
    Object.assign(this, { type: String(type), cancelable, defaultPrevented: false, target: null, timeStamp: now() });
  }

  preventDefault() {
    this.defaultPrevented = this.cancelable;
  }
}

class CustomEvent extends Event {
  constructor(type, options = {}) {
    super(type, options);
    this.detail = options.detail ?? null;
  }
}

class EventTarget {
  #listeners = new Map();

  addEventListener(type, listener, options) {
    const known = this.#listeners.get(type) ?? [];
    if (listener && !known.some((one) => one.listener === listener)) known.push({ listener, once: Boolean(options?.once) });
    this.#listeners.set(type, known);
  }

  removeEventListener(type, listener) {
    this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((one) => one.listener !== listener));
  }

  dispatchEvent(event) {
    event.target = this;
    for (const { listener, once } of [...(this.#listeners.get(event.type) ?? [])]) {
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
}

class AbortSignal extends EventTarget {
  aborted = false;
  reason = undefined;
  onabort = null;

  throwIfAborted() {
    if (this.aborted) throw this.reason;
  }

  static abort(reason) {
    const controller = new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  static timeout(millis) {
    const controller = new AbortController();
    const reason = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");
    setTimeout(() => controller.abort(reason()), millis).unref();
    return controller.signal;
  }

  static any(signals) {
    const controller = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) controller.abort(signal.reason);
      else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
    }
    return controller.signal;
  }
}

class AbortController {
  signal = new AbortSignal();

  abort(reason = new DOMException("This operation was aborted", "AbortError")) {
    if (this.signal.aborted) return;
    Object.assign(this.signal, { aborted: true, reason });
    const event = new Event("abort");
    this.signal.onabort?.(event);
    this.signal.dispatchEvent(event);
  }
}

// ---- comparing ----

/** Whether two values are the same by what they hold. */
function isDeepEqual(a, b, strict, seen = new Map()) {
  if (strict ? Object.is(a, b) : a == b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (strict && getPrototypeOf(a) !== getPrototypeOf(b)) return false;
  if (tagOf(a) !== tagOf(b) || seen.get(a) === b) return seen.get(a) === b;
  seen.set(a, b);
  if (a instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error && (a.message !== b.message || a.name !== b.name)) return false;
  const same = (x, y) => isDeepEqual(x, y, strict, seen);
  if (a instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => (b.has(key) ? same(value, b.get(key)) : [...b].some(([other, held]) => same(key, other) && same(value, held))));
  }
  if (a instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item) || [...b].some((other) => same(item, other)));
  if (ArrayBuffer.isView(a) && a.length !== b.length) return false;
  const [ours, theirs] = [keys(a), keys(b)];
  return ours.length === theirs.length && ours.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message);
    Object.assign(this, { generatedMessage: true, code: "ERR_ASSERTION", actual, expected, operator });
    this.name = "AssertionError";
  }
}

function check(holds, message, actual, expected, operator, usual) {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ message: message ?? usual(), actual, expected, operator });
}

function compared(operator, holds, text) {
  return (actual, expected, message) =>
    check(holds(actual, expected), message, actual, expected, operator, () => `${text}\n\n${inspect(actual)} !== ${inspect(expected)}\n`);
}

/** Whether an error is the one that was expected. */
function fits(error, expected) {
  if (expected === undefined) return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === "function") {
    if (expected.prototype !== undefined && error instanceof expected) return true;
    return !Error.isPrototypeOf(expected) && expected !== Error && expected.call({}, error) === true;
  }
  return keys(expected).every((key) => (expected[key] instanceof RegExp ? expected[key].test(error[key]) : isDeepEqual(error[key], expected[key], true)));
}

function openAssert() {
  const not = (holds) => (a, b) => !holds(a, b);
  const deep = (a, b) => isDeepEqual(a, b, false);
  const strictDeep = (a, b) => isDeepEqual(a, b, true);
  const assert = (value, message) => check(value, message, value, true, "==", () => "The expression evaluated to a falsy value");
  Object.assign(assert, {
    AssertionError,
    ok: (value, message) => check(value, message, value, true, "==", () => "The expression evaluated to a falsy value"),
    equal: compared("==", (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b)), "Expected values to be loosely equal:"),
    notEqual: compared("!=", (a, b) => a != b, 'Expected "actual" to be loosely unequal to:'),
    strictEqual: compared("strictEqual", Object.is, "Expected values to be strictly equal:"),
    notStrictEqual: compared("notStrictEqual", not(Object.is), 'Expected "actual" to be strictly unequal to:'),
    deepEqual: compared("deepEqual", deep, "Expected values to be loosely deep-equal:"),
    notDeepEqual: compared("notDeepEqual", not(deep), 'Expected "actual" not to be loosely deep-equal to:'),
    deepStrictEqual: compared("deepStrictEqual", strictDeep, "Expected values to be strictly deep-equal:"),
    notDeepStrictEqual: compared("notDeepStrictEqual", not(strictDeep), 'Expected "actual" not to be strictly deep-equal to:'),
    match: (text, pattern, message) => check(pattern.test(text), message, text, pattern, "match", () => `The input did not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`),
    doesNotMatch: (text, pattern, message) => check(!pattern.test(text), message, text, pattern, "doesNotMatch", () => `The input was expected to not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`),
    fail: (message = "Failed") => check(false, message, undefined, undefined, "fail"),
    ifError(value) {
      if (value !== null && value !== undefined) throw value;
    },
    throws(work, expected, message) {
      let thrown;
      try {
        work();
      } catch (error) {
        thrown = { error };
      }
      check(thrown, message, undefined, expected, "throws", () => "Missing expected exception.");
      if (!fits(thrown.error, expected)) throw thrown.error;
    },
    doesNotThrow: (work) => void work(),
    async rejects(work, expected, message) {
      let thrown;
      try {
        await (typeof work === "function" ? work() : work);
      } catch (error) {
        thrown = { error };
      }
      check(thrown, message, undefined, expected, "rejects", () => "Missing expected rejection.");
      if (!fits(thrown.error, expected)) throw thrown.error;
    },
  });
  assert.strict = Object.assign((...given) => assert(...given), assert, {
    equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual,
  });
  return assert;
}

// ---- console ----

function openConsole() {
  const labels = new Map();
  const counts = new Map();
  let indent = "";
  const write = (stream, given) => {
    const text = format(...given);
    process[stream].write(`${indent ? text.replace(/^/gm, indent) : text}\n`);
  };
  const out = (...given) => write("stdout", given);
  const err = (...given) => write("stderr", given);
  const spent = (label) => `${label}: ${(now() - labels.get(label)).toFixed(3)}ms`;
  const group = (...given) => {
    if (given.length > 0) out(...given);
    indent += "  ";
  };
  return {
    log: out, info: out, debug: out, error: err, warn: err,
    trace(...given) {
      err(`Trace${given.length > 0 ? `: ${format(...given)}` : ""}`);
    },
    dir: (value, options) => out(inspect(value, { customInspect: false, ...options })),
    assert: (value, ...given) => value || err(`Assertion failed${given.length > 0 ? `: ${format(...given)}` : ""}`),
    group, groupCollapsed: group,
    groupEnd: () => void (indent = indent.slice(2)),
    time: (label = "default") => void labels.set(String(label), now()),
    timeLog: (label = "default", ...given) => out(spent(label), ...given),
    timeEnd(label = "default") {
      if (labels.has(label)) out(spent(label));
      labels.delete(label);
    },
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => void counts.delete(label),
    table: (data, columns) => (typeof data === "object" && data !== null ? out(tableText(data, columns)) : out(data)),
  };
}

/** A table as Node draws it. */
function tableText(data, columns) {
  const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
  const shown = (value) => inspect(value, { depth: isPrimitive(value) ? 0 : -1, maxArrayLength: 3, breakLength: Infinity });
  const isNumbered = data instanceof Map || data instanceof Set;
  const rows = data instanceof Map ? [...data].map(([Key, Values], at) => [at, { Key, Values }])
    : data instanceof Set ? [...data].map((Values, at) => [at, { Values }]) : Object.entries(data);
  const names = new Set(columns ?? []);
  let hasValues = false;
  for (const [, row] of rows) {
    if (isPrimitive(row)) hasValues = true;
    else if (!columns) keys(row).forEach((name) => names.add(name));
  }
  const head = [isNumbered ? "(iteration index)" : "(index)", ...names, ...(hasValues ? ["Values"] : [])];
  const cells = rows.map(([key, row]) => [
    String(key),
    ...[...names].map((name) => (!isPrimitive(row) && Object.hasOwn(row, name) ? shown(row[name]) : "")),
    ...(hasValues ? [isPrimitive(row) ? shown(row) : ""] : []),
  ]);
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at].length)) + 2);
  const line = (left, middle, right) => left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const row = (values) => `│${values.map((value, at) => ` ${value.padEnd(widths[at] - 1)}`).join("│")}│`;
  return [line("┌", "┬", "┐"), row(head), line("├", "┼", "┤"), ...cells.map(row), line("└", "┴", "┘")].join("\n");
}

