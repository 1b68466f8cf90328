"""The embedded engine from end to end: `embedded.py BINARY STORE`. Use `.ci/embedded`, which prepares the store.

In an empty root with nothing but the binary, the store of the engine and the examples, programs run and pictures are shown;
sessions of a server that was killed live on in the next one; HTTPS reaches whom this machine trusts.
"""

import base64
import http.server
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
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


def open_server(binary, home, *flags):
    server = Server(binary, ["--engine", "wasm", *flags], home)
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


def certificate(folder, name):
    """An authority, and what it signed for localhost: the file of the first, and those of the second and its key."""
    authority, key, leaf, leaf_key = (os.path.join(folder, name + kind) for kind in (".ca", ".ca.key", ".pem", ".key"))
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*made, "-subj", "/CN=" + name, "-out", authority, "-keyout", key], check=True, capture_output=True)
    subprocess.run([*made, "-subj", "/CN=localhost", "-CA", authority, "-CAkey", key, "-addext", "subjectAltName=DNS:localhost",
                    "-addext", "basicConstraints=critical,CA:FALSE", "-out", leaf, "-keyout", leaf_key], check=True, capture_output=True)
    return authority, (leaf, leaf_key)


def https_server(files):
    """A server on loopback that answers `secret` over TLS: its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-length", "6")
            self.end_headers()
            self.wfile.write(b"secret")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


# Each asks two servers: one whom this machine trusts, and one who says only of itself who it is.
BY_PYTHON = """import asyncio, urllib.request, requests, httpx
async def by_httpx():
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(url) for _ in range(3)))
    return " ".join({answer.text for answer in answers})
async def by_streams():
    reader, writer = await asyncio.open_connection("localhost", port, ssl=True)
    writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    return (await reader.read()).decode().split()[-1]
for port in (%d, %d):
    url = f"https://localhost:{port}/"
    for ask in (lambda: urllib.request.urlopen(url).read().decode(), lambda: requests.get(url).text, lambda: httpx.get(url).text,
                lambda: asyncio.run(by_httpx()), lambda: asyncio.run(by_streams())):
        try:
            print(ask())
        except Exception as error:
            print("refused" if "certificate" in str(error).lower() else repr(error))
"""
BY_FETCH = """for (const port of [%d, %d]) {
  const said = fetch(`https://localhost:${port}/`).then((answer) => answer.text());
  console.log(await said.catch((error) => (error.cause.code === "CERT_VERIFY_FAILED" ? "refused" : String(error.cause))));
}"""


def secure(binary):
    with tempfile.TemporaryDirectory() as home:
        authority, trusted = certificate(home, "trusted")
        _, other = certificate(home, "other")
        ports = https_server(trusted), https_server(other)
        kept = os.environ.get("SSL_CERT_FILE")
        with open(os.path.join(home, "all.pem"), "w") as bundle:
            for file in (kept or ssl.get_default_verify_paths().cafile, authority):
                with open(file) as known:
                    bundle.write(known.read() + "\n")
        os.environ["SSL_CERT_FILE"] = bundle.name
        hosts = ",".join("localhost:%d" % port for port in ports)
        server = open_server(binary, home, "--set", "network.mode=hosts", "--set", "network.hosts=" + hosts)
        os.environ.pop("SSL_CERT_FILE") if kept is None else os.environ.update(SSL_CERT_FILE=kept)
        for language, code, lines in (("python", BY_PYTHON, 5), ("javascript", BY_FETCH, 1)):
            report = server.wait(server.start(code % ports, language=language))[1]["_meta"]["codemode/report"]
            check("%s over TLS: whom this machine trusts, and nobody else" % language, report["stdout"].splitlines(),
                  ["secret"] * lines + ["refused"] * lines)
            if report["stderr"]:
                print(report["stderr"])
        server.close()


if __name__ == "__main__":
    binary, store = map(os.path.realpath, sys.argv[1:])
    os.environ["CODEMODE_CACHE"] = os.path.dirname(store)
    examples(binary, store)
    sessions(binary)
    secure(binary)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)
