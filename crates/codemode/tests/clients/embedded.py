"""The embedded engine from end to end: `embedded.py BINARY STORE`. Use `.ci/embedded`, which prepares the store.

In an empty root with nothing but the binary, the store of the engine and the examples, programs run and pictures are shown;
sessions of a server that was killed live on in the next one.
"""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../bench"))

from figures import Server

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../.."))
PATIENCE = 120
PNG = b"\x89PNG\r\n\x1a\n"

failed = passed = 0


def check(name, found, expected):
    global failed, passed
    right = found == expected
    passed += right
    failed += not right
    print("%s %s" % ("ok    " if right else "FAILED", name))
    if not right:
        print("  found    %r\n  expected %r" % (found, expected))


def libraries(binary):
    """What the binary is linked with; nothing when it is linked statically."""
    said = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    return re.findall(r"(?:=> )?(/\S+) \(0x", said)


def empty_root(folder, binary, store):
    """A root with the binary, the store and the examples, and nothing else: no Python, no Node, no shell, no /proc, no /dev."""
    shutil.copy(binary, os.path.join(folder, "codemode"))
    for library in libraries(binary):
        place = folder + library
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copy(os.path.realpath(library), place)
    shutil.copytree(os.path.join(ROOT, "examples/embedded"), os.path.join(folder, "examples"))
    os.makedirs(os.path.join(folder, "cache"), mode=0o700)
    # A store as a copy: files that are linked in keep their seals only where nothing of them changed.
    subprocess.run(["cp", "-a", "--reflink=auto", store, os.path.join(folder, "cache/wasm")], check=True)
    shutil.rmtree(os.path.join(folder, "cache/wasm/scratch"), ignore_errors=True)


# What programs find in the empty root; the first is for whoever enters it.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/", "CODEMODE_CACHE": "/cache", "CODEMODE_DATA": "/data"}
ENTER = ("--mount", "--propagation", "private", "chroot")


def in_root(folder, *words):
    """A command in the empty root, in a namespace of its own for mounts."""
    began = time.perf_counter()
    done = subprocess.run(["unshare", *ENTER, folder, "/codemode", *words], capture_output=True, text=True, timeout=PATIENCE, env=ENVIRONMENT)
    if not done.stdout:
        raise SystemExit("%s said nothing: %s" % (words, done.stderr))
    return json.loads(done.stdout), time.perf_counter() - began


def examples(binary, store):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(store)) as folder:
        empty_root(folder, binary, store)
        entries = sorted(os.listdir(folder))
        print("the root has %s" % ", ".join(entries))
        flags = ("--engine", "wasm", "--json")
        first, cold = in_root(folder, "run", "/examples/table.py", *flags)
        report, warm = in_root(folder, "run", "/examples/table.py", *flags)
        check("pandas in an empty root", (report["stdout"].splitlines()[2:], report["value"]), (
            ["north       2  53.0  26.5", "south       2  50.0  25.0", "west        1  12.0  12.0"],
            {"region": "south", "total": 30.0}))
        check("the same at its first run", first["stdout"], report["stdout"])
        check("matplotlib shows its picture in an empty root", picture(folder)[:8], PNG)
        report, _ = in_root(folder, "run", "/examples/orders.ts", *flags)
        check("TypeScript in an empty root", report["value"], ["Ann", 160])
        print("run of the pandas example: %.2f s at first, %.2f s then" % (cold, warm))


def picture(folder):
    """The bytes of the picture that a client is shown by a server in the empty root."""
    with open(os.path.join(folder, "examples/chart.py")) as file:
        code = file.read()
    kept = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    server = Server("unshare", ["--engine", "wasm"], folder, command=(*ENTER, folder, "/codemode", "serve"))
    os.environ.clear()
    os.environ.update(kept)
    server.initialize()
    content = server.wait(server.start(code))[1]["content"]
    server.close()
    images = [block for block in content if block["type"] == "image"]
    return base64.b64decode(images[0]["data"]) if images else b""


def open_server(binary, home):
    server = Server(binary, ["--engine", "wasm"], home)
    server.initialize()
    return server


def value(server, code):
    result = server.wait(server.start(code, session_id="kept"))[1]
    return result["_meta"]["codemode/report"]["value"]


def sessions(binary):
    with tempfile.TemporaryDirectory() as home:
        server = open_server(binary, home)
        value(server, "import pandas as pd\ncount, table = 0, pd.DataFrame({'a': range(1000)})")
        for _ in range(20):
            value(server, "count += 1\nopen('count.txt', 'w').write(str(count))\nNone")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server = open_server(binary, home)
        check("20 runs, kill -9 of the server: the session is there", value(server, "[count, int(table.a.sum())]"), [20, 499500])
        value(server, "count = -1\nNone")
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home)
        undo = subprocess.run([binary, "sessions", "undo", "kept"], capture_output=True, text=True, env=environment, cwd=home)
        check("its last run is taken back", (undo.returncode, value(server, "count")), (0, 20))
        number = server.start("count = -2\nwhile True: pass", session_id="kept", timeout=1)
        ending = server.wait(number)[1]["_meta"]["codemode/report"]["ending"]["kind"]
        check("a run that is killed changes nothing", (ending, value(server, "count")), ("timeout", 20))
        server.close()


if __name__ == "__main__":
    binary, store = map(os.path.realpath, sys.argv[1:])
    os.environ["CODEMODE_CACHE"] = os.path.dirname(store)
    examples(binary, store)
    sessions(binary)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)
