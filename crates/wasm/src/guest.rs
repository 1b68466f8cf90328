//! The guests: the text that makes an interpreter speak the guest protocol, and how it is led from outside.

use codemode_engines::interpreter::EMBEDDED_PYTHON_GUEST;

/// Where a program finds its workspace.
pub(crate) const WORKSPACE: &str = "/workspace";

/// Where a program finds packages.
pub(crate) const LAYERS: &str = "/layers";

/// Waits for a message and does what it says.
pub(crate) const STEP: &str = "__import__('_codemode').step()";

/// The same in an interpreter that came out of an image: what must differ between two of them is made new.
pub(crate) const FIRST_STEP: &str = "__import__('_codemode').first_step()";

/// Leaves with a status of its own when the guest did not come to its end.
pub(crate) const CHECK: &str =
    "None if hasattr(__import__('_codemode'), 'guest') else __import__('os')._exit(70)";

/// Says what modules there are.
pub(crate) const TELL: &str = "__import__('_codemode').tell_modules()";

/// Modules that are in every image: a program that imports one finds it there.
const IMPORTED: &str = "\
argparse array bisect calendar cmath concurrent.futures contextlib copy csv dataclasses datetime decimal difflib email.message \
enum fractions functools glob gzip hashlib heapq html http.client inspect io ipaddress itertools json locale logging math \
numpy numpy.linalg numpy.random operator pandas pathlib pickle platform pprint queue random re secrets shutil signal socket \
sqlite3 statistics string struct subprocess tempfile textwrap threading time timeit traceback typing unicodedata unittest \
urllib.parse urllib.request uuid warnings weakref xml.etree.ElementTree zipfile zlib zoneinfo \
matplotlib matplotlib.pyplot";

/// The code that an interpreter begins with.
pub(crate) fn beginning() -> String {
    let text = serde_json::Value::from(EMBEDDED_PYTHON_GUEST);
    format!(
        "import sys, types\n\
         _m = sys.modules['_codemode'] = types.ModuleType('_codemode')\n\
         exec(compile({text}, '<codemode>', 'exec'), vars(_m))\n\
         _m.begin('{IMPORTED}'.split())\n\
         del _m\n"
    )
}
