// How a JavaScript program begins and ends, whichever interpreter runs it. In one text with tools.mjs, values.mjs and a runner,
// which knows how it is evaluated (`start`), what ends it (`fail`, `finish`), and its modules (`importAny`, `builtinHere`).

/** What a program throws at its top level in place of `return`. */
const RETURNED = Object.freeze({ returned: true });
/** What `process.exit` throws where the interpreter lives on. */
const EXITED = Object.freeze({ exited: true });

const sources = new Map();
const calls = new Map();
let lastCall = 0;
let runs = 0;
/** The run that is going on. */
let current = null;
/** The `require` of the workspace. */
let requireHere = null;

// ---- what the rewritten program calls ----

const isRelativeJson = (specifier) => /^\.{0,2}\/.*\.json$/.test(specifier);

/** A module for a static import that takes these names from it. */
async function load(specifier, names) {
  const builtin = names.length > 0 ? builtinHere(specifier) : undefined;
  if (builtin) return pick(specifier, { __proto__: builtin, default: builtin }, names);
  const module = await importAny(specifier);
  return names.length > 0 ? pick(specifier, module, names) : module;
}

const bridge = {
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
  value: undefined,
};

// ---- runs ----

/** What a program is called in its traces: functions of an earlier run of a session keep their own source lines. */
function nameRun(run) {
  runs += 1;
  const name = runs > 1 ? `${run.filename}#${runs}` : run.filename;
  sources.set(name, run.code);
  return name;
}

/** Makes a run the one that is going on. */
function openRun(run) {
  current = { ...run, ending: null, leaving: null, exitCode: undefined, settled: false, value: null };
  bridge.value = undefined;
  return current;
}

/** Makes what a run brings with it global. */
function openGlobals(run) {
  openServers(run.servers ?? []);
  for (const [variable, value] of Object.entries(run.variables)) setGlobal(variable, value, true);
}

function setGlobal(name, value, enumerable) {
  try {
    defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true });
  } catch {
    globalThis[name] = value;
  }
}

/** The program came to its end. A promise as its last value is waited for: `main()` is how many programs start. */
function settle(run) {
  const { value } = bridge;
  if (!types.isPromise(value)) return settled(run);
  run.awaitsValue = true;
  const then = (result) => {
    bridge.value = result;
    if (run === current) settled(run);
  };
  value.then(then, (error) => run === current && fail(error));
}

function settled(run) {
  run.settled = true;
  run.value = safely(() => encodeValue(bridge.value, run.value_chars_max));
  if (typeof run.value === "string") run.value = { text: run.value };
  if (run.session) finish(process.exitCode);
}

/** Sends the last frame of a run. */
function sendDone(run, code) {
  const ending = run.ending ?? (code === 0 ? { kind: "finish" } : { kind: "exit", code });
  link.send({ type: "done", nonce: run.nonce, ending, value: ending.kind === "finish" ? run.value : null });
}

