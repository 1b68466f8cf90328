// What a JavaScript program shows, gives and throws, as the guest protocol has it: PROTOCOL.md. Runs in one text with tools.mjs
// and a runner, which has `current`, `link`, `sources` and what Node calls `fs`, `inspect`, `types` and `extname`.

const DISPLAY_BYTES_MAX = 8 * 1024 * 1024;
const DISPLAY_CHARS_MAX = 200_000;
const TRACEBACK_CHARS_MAX = 20_000;

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

// ---- modules ----

/** The names that a program imports from a module. */
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
