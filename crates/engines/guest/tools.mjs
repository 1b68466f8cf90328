// The upstream tools inside a JavaScript program: PROTOCOL.md, "Tools". Runs in one text with runner.mjs, in front of it.

const OURSELVES = "@codemode";
const MEDIA_BYTES_MAX = 8 * 1024 * 1024;

/** A tool that failed. */
class ToolError extends Error {
  constructor(message, { server, tool, code, data }) {
    super(message);
    this.name = "ToolError";
    Object.assign(this, { server, tool, code, data });
  }
}

/** A picture, sound or file that a tool gave: `display(x)` shows it, `x.data` is its bytes. */
class Media {
  constructor(kind, mimeType, data, uri, text) {
    Object.assign(this, { kind, mimeType: mimeType ?? "application/octet-stream", uri, text });
    Object.defineProperty(this, "data", { value: data, enumerable: false });
  }

  get bytes() {
    return this.data;
  }

  save(path) {
    fs.writeFileSync(path, this.data);
    return path;
  }

  toString() {
    return `<${this.kind} ${this.mimeType}${this.uri ? ` ${this.uri}` : ""}, ${this.data.length} bytes>`;
  }

  toJSON() {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toString();
  }

  /** What `display` sends. */
  shown() {
    if (this.data.length > MEDIA_BYTES_MAX) {
      throw new RangeError(`display: ${this.data.length} bytes are more than ${MEDIA_BYTES_MAX}`);
    }
    const content = this.text === undefined ? { base64: this.data.toString("base64") } : { text: this.text };
    return { mime_type: this.mimeType, ...content };
  }
}

function unpackBlock(block) {
  if (block.type === "text") return block.value;
  if (block.type === "link") return { name: block.name, uri: block.uri, mimeType: block.mime_type };
  const data = block.text === undefined ? Buffer.from(block.base64, "base64") : Buffer.from(block.text);
  return new Media(block.type, block.mime_type, data, block.uri, block.text);
}

/** A result as programs see it. What a tool gave beside its value is there as `blocks` and `meta`, which nothing lists. */
function unpack(result) {
  const blocks = (result.blocks ?? []).map(unpackBlock);
  const value = "value" in result ? result.value : blocks.length === 1 ? blocks[0] : blocks;
  if (typeof value === "object" && value !== null) {
    if (blocks.length > 0 && "value" in result) Object.defineProperty(value, "blocks", { value: blocks, enumerable: false });
    if (result.meta !== undefined) Object.defineProperty(value, "meta", { value: result.meta, enumerable: false });
  }
  return value;
}

function isNamed(args) {
  return typeof args === "object" && args !== null && !Array.isArray(args);
}

/** Sends a call at once; many may be open. */
function callTool(server, tool, args = {}) {
  if (typeof server === "string" && isNamed(tool)) {
    const dot = server.indexOf(".");
    return callTool(server.slice(0, dot), server.slice(dot + 1), tool);
  }
  if (typeof server !== "string" || typeof tool !== "string" || !isNamed(args)) {
    return Promise.reject(new TypeError('expected tools.call("server", "tool", {parameter: value})'));
  }
  const place = new Error();
  const call = new Promise((resolve, reject) => {
    const id = ++lastCall;
    link.send({ type: "call", nonce: current?.nonce ?? "", id, server, tool, arguments: args });
    calls.set(id, { resolve, reject, server, tool });
    link.listen(() => calls.size > 0, dispatch);
  });
  return call.catch((error) => rethrow(error, place));
}

/** The functions of one server. Its tools are not known here: each name is one until it is called. */
function openServer(name, native) {
  const functions = new Map();
  const tool = (key) => {
    if (!functions.has(key)) {
      const call = (...args) => {
        if (args.length > 1 || (args.length === 1 && args[0] !== undefined && !isNamed(args[0]))) {
          return Promise.reject(new TypeError(`${name}.${key} takes one object: ${name}.${key}({parameter: value})`));
        }
        return callTool(name, key, args[0]);
      };
      functions.set(key, Object.defineProperty(call, "name", { value: `${name}.${key}` }));
    }
    return functions.get(key);
  };
  const isTool = (key) => typeof key === "string" && key !== "then" && key !== "toJSON";
  const get = (target, key) => (!isTool(key) || (native && key in native) ? Reflect.get(target, key) : tool(key));
  return new Proxy(native ?? Object.create(null), { get });
}

const toolsHere = {
  call: callTool,
  search: (query, limit) => callTool(OURSELVES, "search", { query: String(query), ...(limit === undefined ? {} : { limit }) }),
  describe: (name) => callTool(OURSELVES, "describe", { name: typeof name === "function" ? name.name : String(name) }),
  servers: [],
};
const serversHere = new Map();

/** Makes the servers of a run globals. What a program or the language itself calls so wins, but a function of that name gets
 * the tools as well: `fetch(url)` fetches, and `fetch.fetch({url})` is a tool. */
function openServers(names) {
  for (const [name, { object, native }] of serversHere) {
    delete toolsHere[name];
    if (globalThis[name] !== object) continue;
    if (native === undefined) delete globalThis[name];
    else setGlobal(name, native, false);
  }
  serversHere.clear();
  toolsHere.servers = [...names];
  for (const name of names) {
    toolsHere[name] = openServer(name);
    const native = globalThis[name];
    if (native !== undefined && typeof native !== "function") continue;
    const object = native === undefined ? toolsHere[name] : openServer(name, native);
    serversHere.set(name, { object, native });
    setGlobal(name, object, false);
  }
}

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
