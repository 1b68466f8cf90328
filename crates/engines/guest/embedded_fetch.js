
// ---- fetch: HTTP/1.1 over streams that the host opens through codemode's proxy, with TLS that the host speaks ----

const REDIRECTS_MAX = 20;
const READ_BYTES = 1 << 18;
const CONNECT_MILLIS = 30_000;
/** How long between two looks at a stream on which nothing has come. */
const LOOK_MILLIS_MAX = 10;

const wires = {
  ask(letter, message) {
    const answer = Buffer.from(host("bytes", Buffer.concat([Buffer.from(letter), message]).toString("base64")), "base64");
    if (answer[0] === 0) return answer.subarray(1);
    const problem = parse(answer.subarray(1).toString());
    const code = { timeout: "ETIMEDOUT", name: "ENOTFOUND", tls: "ERR_TLS", verify: "CERT_VERIFY_FAILED" }[problem.kind] ?? "ECONNRESET";
    throw Object.assign(new Error(problem.message), { code, errno: problem.number });
  },
  numbered(number, ...rest) {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(number);
    return Buffer.concat([head, ...rest]);
  },
  open(host, port, isSecure) {
    const number = wires.ask("o", Buffer.from(stringify({ host, port, timeout: CONNECT_MILLIS }))).readUInt32LE(0);
    if (isSecure) wires.ask("t", Buffer.from(stringify({ number, name: host, protocols: ["http/1.1"] })));
    return number;
  },
  write: (number, bytes) => void wires.ask("w", wires.numbered(number, bytes)),
  isReadable: (number) => wires.ask("a", Buffer.concat([Buffer.alloc(9), wires.numbered(number)])).length > 0,
  read(number) {
    const limits = Buffer.alloc(12);
    limits.writeUInt32LE(READ_BYTES);
    limits.writeBigUInt64LE(BigInt(CONNECT_MILLIS), 4);
    return wires.ask("d", wires.numbered(number, limits));
  },
  close: (number) => void wires.ask("c", wires.numbered(number)),
};

class Headers {
  #pairs = new Map();

  constructor(given = {}) {
    const pairs = given instanceof Headers || Array.isArray(given) ? given : Object.entries(given);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name, value) {
    const key = String(name).toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(key)) throw new TypeError(`Headers: ${inspect(name)} is an invalid header name.`);
    if (/[\r\n\0]/.test(String(value))) throw new TypeError(`Headers: ${inspect(String(value))} is an invalid header value.`);
    this.#pairs.set(key, this.#pairs.has(key) ? `${this.#pairs.get(key)}, ${value}` : String(value).trim());
  }

  set(name, value) {
    this.delete(name);
    this.append(name, value);
  }

  get = (name) => this.#pairs.get(String(name).toLowerCase()) ?? null;
  has = (name) => this.#pairs.has(String(name).toLowerCase());
  delete = (name) => void this.#pairs.delete(String(name).toLowerCase());
  entries = () => [...this.#pairs].sort(([a], [b]) => (a < b ? -1 : 1))[Symbol.iterator]();
  keys = () => [...this.entries()].map(([name]) => name)[Symbol.iterator]();
  values = () => [...this.entries()].map(([, value]) => value)[Symbol.iterator]();

  forEach(work) {
    for (const [name, value] of this.entries()) work(value, name, this);
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  [Symbol.for("nodejs.util.inspect.custom")](depth, options, again) {
    return `Headers ${again(Object.fromEntries(this.entries()), options)}`;
  }
}

/** What a request or a response carries, read once. */
class Body {
  bodyUsed = false;

  constructor(bytes) {
    defineProperty(this, "bytesHeld", { value: bytes, enumerable: false });
  }

  async bytes() {
    if (this.bodyUsed) throw new TypeError("Body is unusable: Body has already been read");
    this.bodyUsed = true;
    return this.bytesHeld;
  }

  arrayBuffer = async () => new Uint8Array(await this.bytes()).buffer;
  text = async () => new TextDecoder().decode(await this.bytes());
  json = async () => parse(await this.text());
}

/** The bytes of what a program gives as a body, and what they are. */
function bodyBytes(body) {
  if (body === undefined || body === null) return [Buffer.alloc(0), null];
  if (typeof body === "string") return [Buffer.from(body), "text/plain;charset=UTF-8"];
  if (body instanceof URLSearchParams) return [Buffer.from(String(body)), "application/x-www-form-urlencoded;charset=UTF-8"];
  if (ArrayBuffer.isView(body)) return [Buffer.from(body.buffer, body.byteOffset, body.byteLength), null];
  if (body instanceof ArrayBuffer) return [Buffer.from(body), null];
  return [Buffer.from(String(body)), "text/plain;charset=UTF-8"];
}

class Response extends Body {
  constructor(body, { status = 200, statusText = "", headers = {}, url = "", redirected = false } = {}) {
    const [bytes, kind] = bodyBytes(body);
    super(bytes);
    Object.assign(this, { status, statusText, headers: new Headers(headers), url, redirected, ok: status >= 200 && status < 300, type: "basic" });
    if (kind && !this.headers.has("content-type")) this.headers.set("content-type", kind);
  }

  clone() {
    return new Response(this.bytesHeld, this);
  }

  get body() {
    return own("stream").Readable.from([this.bytesHeld]);
  }

  static json(value, options) {
    return new Response(stringify(value), { ...options, headers: { "content-type": "application/json", ...options?.headers } });
  }
}

class Request extends Body {
  constructor(input, options = {}) {
    const before = input instanceof Request ? input : {};
    const given = { ...before, ...options };
    const [bytes, kind] = bodyBytes(options.body ?? before.bytesHeld);
    super(bytes);
    const address = new URL(before.url ?? String(input));
    if (!/^https?:$/.test(address.protocol)) throw new TypeError(`fetch failed: ${inspect(address.protocol)} is no scheme of HTTP`);
    Object.assign(this, { url: address.href, method: String(given.method ?? "GET").toUpperCase(), headers: new Headers(given.headers), redirect: given.redirect ?? "follow", signal: given.signal ?? null });
    if (bytes.length > 0 && /^(GET|HEAD)$/.test(this.method)) throw new TypeError("Request with GET/HEAD method cannot have body.");
    if (kind && !this.headers.has("content-type")) this.headers.set("content-type", kind);
  }
}

/** Bytes of one connection, as they are wanted. */
class Wire {
  constructor(number, signal) {
    Object.assign(this, { number, signal, held: Buffer.alloc(0), ended: false });
  }

  /** Waits for more, while everything else of the program goes on. */
  async more() {
    for (let pause = 1; !wires.isReadable(this.number); pause = Math.min(pause * 2, LOOK_MILLIS_MAX)) {
      this.signal?.throwIfAborted();
      await timersPromises.setTimeout(pause);
    }
    this.signal?.throwIfAborted();
    const bytes = wires.read(this.number);
    this.ended = bytes.length === 0;
    this.held = Buffer.concat([this.held, bytes]);
    return !this.ended;
  }

  async line() {
    for (;;) {
      const end = this.held.indexOf("\r\n");
      if (end >= 0) {
        const line = this.held.toString("latin1", 0, end);
        this.held = this.held.subarray(end + 2);
        return line;
      }
      if (!(await this.more())) throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
    }
  }

  async exactly(count) {
    while (this.held.length < count) if (!(await this.more())) throw Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
    const bytes = this.held.subarray(0, count);
    this.held = this.held.subarray(count);
    return bytes;
  }

  async rest() {
    while (await this.more());
    return this.held;
  }
}

async function exchange(request) {
  const address = new URL(request.url);
  const isSecure = address.protocol === "https:";
  const number = wires.open(address.hostname.replace(/^\[|\]$/g, ""), Number(address.port) || (isSecure ? 443 : 80), isSecure);
  try {
    const headers = new Headers({ accept: "*/*", "user-agent": "node", ...Object.fromEntries(request.headers) });
    for (const [name, value] of Object.entries({ host: address.host, connection: "close", "accept-encoding": "identity" })) headers.set(name, value);
    if (request.bytesHeld.length > 0 || /^(POST|PUT|PATCH)$/.test(request.method)) headers.set("content-length", request.bytesHeld.length);
    const head = [`${request.method} ${address.pathname}${address.search} HTTP/1.1`, ...[...headers].map(([name, value]) => `${name}: ${value}`), "", ""];
    wires.write(number, Buffer.concat([Buffer.from(head.join("\r\n")), request.bytesHeld]));
    return await answerOf(new Wire(number, request.signal), request);
  } finally {
    wires.close(number);
  }
}

async function answerOf(wire, request) {
  let status, statusText, headers;
  do {
    [, status, statusText] = /^HTTP\/\d\.\d (\d{3}) ?(.*)$/.exec(await wire.line()) ?? [];
    if (!status) throw Object.assign(new Error("the answer is not HTTP"), { code: "HPE_INVALID_CONSTANT" });
    headers = new Headers();
    for (let line = await wire.line(); line; line = await wire.line()) headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
  } while (status.startsWith("1"));
  const answer = { status: Number(status), statusText, headers, url: request.url };
  if (request.method === "HEAD" || /^(204|304)$/.test(status)) return new Response(null, answer);
  const parts = [];
  if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) {
    for (let size = parseInt(await wire.line(), 16); size > 0; size = parseInt(await wire.line(), 16)) {
      parts.push(await wire.exactly(size));
      await wire.line();
    }
  } else if (headers.has("content-length")) {
    parts.push(await wire.exactly(Number(headers.get("content-length"))));
  } else {
    parts.push(await wire.rest());
  }
  return new Response(Buffer.concat(parts), answer);
}

async function fetch(input, options) {
  let request = new Request(input, options);
  for (let hops = 0; ; hops++) {
    request.signal?.throwIfAborted();
    let response;
    try {
      response = await exchange(request);
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      throw new TypeError("fetch failed", { cause: error });
    }
    const location = response.headers.get("location");
    const isElsewhere = [301, 302, 303, 307, 308].includes(response.status) && location && request.redirect !== "manual";
    if (!isElsewhere) return Object.assign(response, { redirected: hops > 0 });
    if (hops >= REDIRECTS_MAX || request.redirect === "error") throw new TypeError("fetch failed", { cause: new Error("redirect count exceeded") });
    const becomesGet = response.status === 303 || (response.status < 303 && request.method === "POST");
    const target = new URL(location, request.url);
    const headers = new Headers(request.headers);
    if (target.origin !== new URL(request.url).origin) ["authorization", "cookie"].forEach(headers.delete);
    const body = becomesGet || request.bytesHeld.length === 0 ? undefined : request.bytesHeld;
    if (becomesGet) headers.delete("content-type");
    request = new Request(target.href, { method: becomesGet ? "GET" : request.method, headers, body, signal: request.signal, redirect: request.redirect });
  }
}

