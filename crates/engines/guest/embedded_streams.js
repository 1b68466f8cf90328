
// ---- streams over files and the process ----

/** Characters that are handed to the host at a time. */
const WRITE_CHARS = 1 << 20;

/** Standard output or error: what is written is out when the call returns. */
function openStream(word, descriptor) {
  const { Writable } = own("stream");
  const out = (chunk) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    for (let at = 0; at < text.length; ) {
      // Both halves of a pair go together.
      const isHalf = (text.charCodeAt(at + WRITE_CHARS - 1) & 0xfc00) === 0xd800;
      const end = at + (isHalf ? WRITE_CHARS - 1 : WRITE_CHARS);
      host(word, text.length <= WRITE_CHARS ? text : text.slice(at, end));
      at = end;
    }
  };
  const stream = new Writable({
    write(chunk, _encoding, done) {
      out(chunk);
      done();
    },
  });
  const write = (chunk, encoding, done) => {
    out(chunk);
    const then = typeof encoding === "function" ? encoding : done;
    if (then) queueMicrotask(then);
    return true;
  };
  return Object.assign(stream, { fd: descriptor, isTTY: false, columns: undefined, _isStdio: true, write });
}

/** Standard input, of which there is nothing. */
function openInput() {
  const { Readable } = own("stream");
  return Object.assign(Readable.from([]), { fd: 0, isTTY: false });
}

function createReadStream(path, options) {
  const { Readable } = own("stream");
  const { start = 0, end = Infinity } = typeof options === "object" && options !== null ? options : {};
  let offset = start;
  const stream = new Readable({
    highWaterMark: 64 * 1024,
    encoding: encodingOf(options) ?? undefined,
    read() {
      try {
        const answer = wish("open", path, { do: "read", offset });
        const bytes = Buffer.from(answer.base64, "base64").subarray(0, Math.max(end - offset + 1, 0));
        offset += bytes.length;
        if (bytes.length > 0) stream.push(bytes);
        if (!answer.more || offset > end) stream.push(null);
      } catch (error) {
        stream.destroy(error);
      }
    },
  });
  return Object.assign(stream, { path: String(path) });
}

function createWriteStream(path, options) {
  const { Writable } = own("stream");
  let append = ((typeof options === "object" && options?.flags) || "w").startsWith("a");
  const write = (bytes) => {
    fs.writeFileSync(path, bytes, { flag: append ? "a" : "w" });
    append = true;
  };
  const stream = new Writable({
    write(chunk, _encoding, done) {
      try {
        write(chunk);
        stream.bytesWritten += chunk.length;
        done();
      } catch (error) {
        done(error);
      }
    },
    final(done) {
      if (!append) write(Buffer.alloc(0));
      done();
    },
  });
  return Object.assign(stream, { path: String(path), bytesWritten: 0 });
}

Object.assign(fs, { createReadStream, createWriteStream });

/** node:readline's, over anything that gives text. */
class Interface {
  constructor(input, output) {
    Object.assign(this, { input, output, closed: false, events: new EventEmitter(), lines: this.read() });
    for (const name of ["on", "once", "off", "emit", "removeListener", "addListener"]) this[name] = (...given) => (this.events[name](...given), this);
    this.on = this.addListener = (name, listener) => {
      this.events.on(name, listener);
      if (name === "line") this.listen();
      return this;
    };
    setImmediate(() => this.events.listenerCount("close") > 0 && this.listen());
  }

  /** Hands out its lines as events, once. */
  listen() {
    if (this.listening) return;
    this.listening = true;
    setImmediate(async () => {
      for await (const line of this.lines) this.events.emit("line", line);
      this.close();
    });
  }

  async *read() {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for await (const chunk of this.input) {
      const parts = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split(/\r\n|\n|\r(?!$)/);
      rest = parts.pop();
      yield* parts;
    }
    rest += decoder.end();
    if (rest) yield rest;
  }

  async *[Symbol.asyncIterator]() {
    this.listening = true;
    yield* this.lines;
    this.close();
  }

  async question(text) {
    this.output?.write(text);
    const { value, done } = await this.lines.next();
    return done ? "" : value;
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.events.emit("close");
  }

  prompt() {}

  setPrompt() {}

  pause() {
    return this;
  }

  resume() {
    return this;
  }
}

const readline = {
  Interface,
  createInterface(given, output) {
    const { input, output: shown } = given?.input ? given : { input: given, output };
    const opened = new Interface(input, shown);
    const ask = opened.question.bind(opened);
    opened.question = (text, options, done = options) => void ask(text).then(done);
    return opened;
  },
  clearLine: () => true,
  cursorTo: () => true,
  promises: { Interface, createInterface: (given) => new Interface(given.input ?? given, given.output) },
};

