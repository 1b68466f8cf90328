//! The guests: the text that makes an interpreter speak the guest protocol, and how it is led from outside.

use codemode_engines::interpreter::{EMBEDDED_JAVASCRIPT_GUEST, EMBEDDED_PYTHON_GUEST};
use codemode_run::Language;
use serde::{Deserialize, Serialize};

/// The interpreters that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// QuickJS.
    JavaScript,
    /// CPython.
    Python,
}

impl Kind {
    /// Every one.
    pub(crate) const ALL: [Self; 2] = [Self::Python, Self::JavaScript];

    /// The one that runs a language; none runs bash.
    pub(crate) fn of(language: Language) -> Option<Self> {
        match language {
            Language::Bash => None,
            Language::JavaScript | Language::TypeScript => Some(Self::JavaScript),
            Language::Python => Some(Self::Python),
        }
    }

    /// What it calls itself.
    pub(crate) fn runtime(self) -> &'static str {
        match self {
            Self::JavaScript => "QuickJS-ng 0.18.0",
            Self::Python => "CPython 3.15.0",
        }
    }

    /// Waits for a message and does what it says.
    pub(crate) fn step(self) -> &'static str {
        match self {
            Self::JavaScript => "__codemode__.step()",
            Self::Python => "__import__('_codemode').step()",
        }
    }

    /// The same in an interpreter that came out of an image: what must differ between two of them is made new.
    pub(crate) fn first_step(self) -> &'static str {
        match self {
            Self::JavaScript => "__codemode__.firstStep()",
            Self::Python => "__import__('_codemode').first_step()",
        }
    }

    /// Fails or leaves when the guest did not come to its end.
    pub(crate) fn check(self) -> &'static str {
        match self {
            Self::JavaScript => "__codemode__.check()",
            Self::Python => {
                "_m = __import__('_codemode'); _m.check() if hasattr(_m, 'guest') else __import__('os')._exit(70); del _m"
            }
        }
    }

    /// Says what modules there are.
    pub(crate) fn tell(self) -> &'static str {
        match self {
            Self::JavaScript => "__codemode__.tellModules()",
            Self::Python => "__import__('_codemode').tell_modules()",
        }
    }
}

/// Where a program finds its workspace.
pub(crate) const WORKSPACE: &str = "/workspace";

/// Where a program finds packages.
pub(crate) const LAYERS: &str = "/layers";

/// Modules that are in every image: a program that imports one finds it there.
const IMPORTED: &str = "\
argparse array bisect calendar cmath concurrent.futures contextlib copy csv dataclasses datetime decimal difflib email.message \
enum fractions functools glob gzip hashlib heapq html http.client inspect io ipaddress itertools json locale logging math \
numpy numpy.linalg numpy.random operator pandas pathlib pickle platform pprint queue random re secrets shutil signal socket \
sqlite3 statistics string struct subprocess tempfile textwrap threading time timeit traceback typing unicodedata unittest \
urllib.parse urllib.request uuid warnings weakref xml.etree.ElementTree zipfile zlib zoneinfo \
matplotlib matplotlib.pyplot";

/// The pieces of code that an interpreter begins with, in order, each with a name.
///
/// `library` gives the text of a file that belongs to the runtime.
pub(crate) fn beginning(
    kind: Kind,
    library: &dyn Fn(&Module) -> std::io::Result<String>,
) -> std::io::Result<Vec<(String, String)>> {
    if kind == Kind::Python {
        return Ok(vec![("codemode".to_owned(), python())]);
    }
    let mut pieces = vec![("codemode".to_owned(), EMBEDDED_JAVASCRIPT_GUEST.to_owned())];
    for module in LIBRARY {
        let text = library(module)?;
        let name = format!("{}/{}", module.package, module.file.trim_end_matches(".js"));
        let code = format!("__codemode__.define('{name}', function (module, exports, require) {{{text}\n}})");
        pieces.push((name, code));
    }
    pieces.push(("codemode".to_owned(), "__codemode__.begin()".to_owned()));
    Ok(pieces)
}

/// A file of an npm package that is a module of every JavaScript guest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Module {
    pub(crate) file: &'static str,
    pub(crate) package: &'static str,
}

const fn module(package: &'static str, file: &'static str) -> Module {
    Module { file, package }
}

/// What Node has and QuickJS has not, by the libraries that others use for it.
pub(crate) const LIBRARY: &[Module] = &[
    module("core-js-bundle", "minified.js"),
    module("base64-js", "index.js"),
    module("ieee754", "index.js"),
    module("buffer", "index.js"),
    module("events", "events.js"),
    module("path-browserify", "index.js"),
    module("node-inspect-extracted", "dist/inspect.js"),
    module("@noble/hashes", "_assert.js"),
    module("@noble/hashes", "_md.js"),
    module("@noble/hashes", "_u64.js"),
    module("@noble/hashes", "crypto.js"),
    module("@noble/hashes", "hmac.js"),
    module("@noble/hashes", "legacy.js"),
    module("@noble/hashes", "sha2.js"),
    module("@noble/hashes", "utils.js"),
    module("readable-stream", "lib/internal/shims/process.js"),
    module("readable-stream", "lib/internal/streams/add-abort-signal.js"),
    module("readable-stream", "lib/internal/streams/buffer_list.js"),
    module("readable-stream", "lib/internal/streams/compose.js"),
    module("readable-stream", "lib/internal/streams/destroy.js"),
    module("readable-stream", "lib/internal/streams/duplex.js"),
    module("readable-stream", "lib/internal/streams/duplexify.js"),
    module("readable-stream", "lib/internal/streams/end-of-stream.js"),
    module("readable-stream", "lib/internal/streams/from.js"),
    module("readable-stream", "lib/internal/streams/lazy_transform.js"),
    module("readable-stream", "lib/internal/streams/legacy.js"),
    module("readable-stream", "lib/internal/streams/operators.js"),
    module("readable-stream", "lib/internal/streams/passthrough.js"),
    module("readable-stream", "lib/internal/streams/pipeline.js"),
    module("readable-stream", "lib/internal/streams/readable.js"),
    module("readable-stream", "lib/internal/streams/state.js"),
    module("readable-stream", "lib/internal/streams/transform.js"),
    module("readable-stream", "lib/internal/streams/utils.js"),
    module("readable-stream", "lib/internal/streams/writable.js"),
    module("readable-stream", "lib/internal/validators.js"),
    module("readable-stream", "lib/ours/errors.js"),
    module("readable-stream", "lib/ours/primordials.js"),
    module("readable-stream", "lib/ours/util.js"),
    module("readable-stream", "lib/ours/util/inspect.js"),
    module("readable-stream", "lib/stream.js"),
    module("readable-stream", "lib/stream/promises.js"),
];

/// The code that a Python interpreter begins with.
pub(crate) fn python() -> String {
    let text = serde_json::Value::from(EMBEDDED_PYTHON_GUEST);
    format!(
        "import sys, types\n\
         _m = sys.modules['_codemode'] = types.ModuleType('_codemode')\n\
         exec(compile({text}, '<codemode>', 'exec'), vars(_m))\n\
         _m.begin('{IMPORTED}'.split())\n\
         del _m\n"
    )
}
