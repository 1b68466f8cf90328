
// ---- files, as node:fs has them ----

const CHUNK_BYTES = 4 * 1024 * 1024;
const MEANINGS = {
  EACCES: "permission denied", EEXIST: "file already exists", EISDIR: "illegal operation on a directory",
  EINVAL: "invalid argument", ENOENT: "no such file or directory", ENOTDIR: "not a directory", ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted", EROFS: "read-only file system", EFBIG: "file too large", ENOSPC: "no space left on device",
  EXDEV: "cross-device link not permitted", ELOOP: "too many symbolic links encountered", EIO: "i/o error",
};
const NUMBERS = {
  EPERM: -1, ENOENT: -2, EIO: -5, EACCES: -13, EXDEV: -18, EEXIST: -17, ENOTDIR: -20, EISDIR: -21, EINVAL: -22, EFBIG: -27,
  ENOSPC: -28, EROFS: -30, ENOTEMPTY: -39, ELOOP: -40,
};

/** An absolute path, without `.` and `..`. */
function wholePath(path) {
  if (path instanceof URL) return decodeURIComponent(path.pathname);
  const text = typeof path === "string" ? path : path instanceof Uint8Array ? Buffer.from(path).toString() : null;
  if (text === null) {
    const error = new TypeError(`The "path" argument must be of type string or an instance of Buffer or URL. Received ${inspect(path)}`);
    throw Object.assign(error, { code: "ERR_INVALID_ARG_TYPE" });
  }
  return own("path").resolve(process.cwd(), text);
}

function fileError(code, call, path, to) {
  const places = path === undefined ? "" : ` '${path}'${to === undefined ? "" : ` -> '${to}'`}`;
  const error = new Error(`${code}: ${MEANINGS[code] ?? "unknown error"}, ${call}${places}`);
  return Object.assign(error, { errno: NUMBERS[code] ?? -5, code, syscall: call, ...(path === undefined ? {} : { path }), ...(to === undefined ? {} : { dest: to }) });
}

function wish(call, path, what, to) {
  const answer = parse(host("files", stringify({ ...what, path: wholePath(path), ...(to === undefined ? {} : { to: wholePath(to) }) })));
  if (answer.code) throw fileError(answer.code, call, String(path), to === undefined ? undefined : String(to));
  return answer;
}

const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding ?? null);

class Stats {
  constructor(told) {
    const bits = { folder: 0o040000, file: 0o100000, link: 0o120000, other: 0 }[told.kind];
    Object.assign(this, {
      dev: 0, mode: (told.mode & 0o7777) | bits, nlink: 1, uid: 0, gid: 0, rdev: 0, blksize: 4096, ino: 0, size: told.size,
      blocks: Math.ceil(told.size / 512), atimeMs: told.accessed, mtimeMs: told.modified, ctimeMs: told.changed, birthtimeMs: told.changed,
      atime: new Date(told.accessed), mtime: new Date(told.modified), ctime: new Date(told.changed), birthtime: new Date(told.changed),
    });
    defineProperty(this, "kind", { value: told.kind, enumerable: false });
  }

  isFile() {
    return this.kind === "file";
  }

  isDirectory() {
    return this.kind === "folder";
  }

  isSymbolicLink() {
    return this.kind === "link";
  }
}

class Dirent {
  constructor(name, parentPath, kind) {
    Object.assign(this, { name, parentPath, path: parentPath });
    defineProperty(this, "kind", { value: kind, enumerable: false });
  }
}
for (const name of ["isFile", "isDirectory", "isSymbolicLink"]) Dirent.prototype[name] = Stats.prototype[name];

const fs = {
  constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, COPYFILE_EXCL: 1 },
  Stats,
  Dirent,

  readFileSync(path, options) {
    const parts = [];
    for (let offset = 0, more = true; more; ) {
      const answer = wish("open", path, { do: "read", offset });
      parts.push(Buffer.from(answer.base64, "base64"));
      offset += parts.at(-1).length;
      more = answer.more;
    }
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const encoding = encodingOf(options);
    return encoding && encoding !== "buffer" ? bytes.toString(encoding) : bytes;
  },

  writeFileSync(path, data, options) {
    const flag = (typeof options === "object" && options?.flag) || "w";
    const isText = typeof data === "string" || !ArrayBuffer.isView(data);
    const bytes = isText ? Buffer.from(String(data), encodingOf(options) ?? "utf8") : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    let append = flag.startsWith("a");
    let exclusive = flag.includes("x");
    let offset = 0;
    do {
      const base64 = bytes.subarray(offset, offset + CHUNK_BYTES).toString("base64");
      wish("open", path, { do: "write", base64, append, exclusive });
      offset += CHUNK_BYTES;
      append = true;
      exclusive = false;
    } while (offset < bytes.length);
  },

  appendFileSync(path, data, options) {
    fs.writeFileSync(path, data, { encoding: encodingOf(options) ?? "utf8", flag: "a" });
  },

  statSync(path, options) {
    try {
      return new Stats(wish("stat", path, { do: "stat", follow: true }));
    } catch (error) {
      if (error.code === "ENOENT" && options?.throwIfNoEntry === false) return undefined;
      throw error;
    }
  },

  lstatSync: (path) => new Stats(wish("lstat", path, { do: "stat", follow: false })),

  existsSync(path) {
    try {
      return Boolean(fs.statSync(path));
    } catch {
      return false;
    }
  },

  accessSync(path, mode = 0) {
    const stats = new Stats(wish("access", path, { do: "stat", follow: true }));
    if (mode & 2 && !(stats.mode & 0o200)) throw fileError("EACCES", "access", path);
  },

  readdirSync(path, options) {
    const { entries } = wish("scandir", path, { do: "list" });
    const found = entries.sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, kind]) => {
      const inside = options?.recursive && kind === "folder" ? fs.readdirSync(own("path").join(String(path), name), options) : [];
      const entry = options?.withFileTypes ? new Dirent(name, String(path), kind) : name;
      return [entry, ...inside.map((below) => (typeof below === "string" ? `${name}/${below}` : below))];
    });
    return found;
  },

  mkdirSync(path, options) {
    if (!options?.recursive) return void wish("mkdir", path, { do: "make_folder" });
    let first;
    const whole = wholePath(path);
    const parts = whole.split("/").slice(1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const above = `/${parts.slice(0, depth).join("/")}`;
      if (fs.existsSync(above)) continue;
      wish("mkdir", above, { do: "make_folder" });
      first ??= above;
    }
    if (first === undefined && !fs.statSync(whole).isDirectory()) throw fileError("EEXIST", "mkdir", String(path));
    return first;
  },

  mkdtempSync(prefix) {
    const path = `${prefix}${randomText(6)}`;
    fs.mkdirSync(path);
    return path;
  },

  unlinkSync: (path) => void wish("unlink", path, { do: "remove_file" }),
  rmdirSync: (path) => void wish("rmdir", path, { do: "remove_folder" }),
  renameSync: (path, to) => void wish("rename", path, { do: "rename" }, to),
  realpathSync: (path) => wish("realpath", path, { do: "real_path" }).path,

  rmSync(path, options) {
    let stats;
    try {
      stats = fs.lstatSync(path);
    } catch (error) {
      if (options?.force && error.code === "ENOENT") return;
      throw error;
    }
    if (!stats.isDirectory()) return fs.unlinkSync(path);
    if (!options?.recursive) throw Object.assign(fileError("EISDIR", "rm", String(path)), { code: "ERR_FS_EISDIR" });
    for (const name of fs.readdirSync(path)) fs.rmSync(own("path").join(String(path), name), options);
    fs.rmdirSync(path);
  },

  copyFileSync(path, to, mode = 0) {
    fs.writeFileSync(to, fs.readFileSync(path), { flag: mode & 1 ? "wx" : "w" });
  },

  cpSync(path, to, options) {
    if (!fs.statSync(path).isDirectory()) return fs.copyFileSync(path, to);
    if (!options?.recursive) throw fileError("EISDIR", "cp", String(path));
    fs.mkdirSync(to, { recursive: true });
    for (const name of fs.readdirSync(path)) fs.cpSync(`${path}/${name}`, `${to}/${name}`, options);
  },

  truncateSync(path, length = 0) {
    const bytes = Buffer.alloc(length);
    fs.readFileSync(path).copy(bytes);
    fs.writeFileSync(path, bytes);
  },
};

// Every one of them by a callback and by a promise too.
fs.promises = { constants: fs.constants };
for (const name of keys(fs).filter((name) => name.endsWith("Sync"))) {
  const [short, sync] = [name.slice(0, -4), fs[name]];
  fs.promises[short] = async (...given) => sync(...given);
  fs[short] = (...given) => {
    const done = given.pop();
    if (typeof done !== "function") throw Object.assign(new TypeError('The "cb" argument must be of type function. Received ' + inspect(done)), { code: "ERR_INVALID_ARG_TYPE" });
    let result;
    try {
      result = sync(...given);
    } catch (error) {
      return void setImmediate(() => done(short === "exists" ? false : error));
    }
    setImmediate(() => (short === "exists" ? done(result) : done(null, result)));
  };
}

