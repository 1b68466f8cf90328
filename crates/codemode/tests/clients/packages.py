"""Real packages in real programs: `packages.py BINARY FOLDER`. Use `.ci/packages`, which fills the folder."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

# What a program imports, which distribution has to come, and a proof that it works.
PROGRAMS = [
    ("requests", "requests", "import requests\nprint(requests.Request('GET', 'http://x.test/').prepare().url)", "http://x.test/\n"),
    ("yaml", "pyyaml", "import yaml\nprint(yaml.safe_load('a: [1, 2]'))", "{'a': [1, 2]}\n"),
    ("bs4", "beautifulsoup4", "from bs4 import BeautifulSoup\nprint(BeautifulSoup('<b>x</b>', 'html.parser').b.text)", "x\n"),
    ("pandas", "pandas", "import pandas\nprint(pandas.DataFrame({'a': [1, 2]}).a.sum())", "3\n"),
    ("matplotlib", "matplotlib", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('a.png')\nprint('drawn')", "drawn\n"),
    ("cv2", "opencv-python-headless", "import cv2\nimport numpy\nprint(cv2.blur(numpy.ones((4, 4)), (2, 2)).sum())", "16.0\n"),
]
PATIENCE = 600

# Every HTTP client that programs use finds the jail's way out by itself; PORT is the one thing behind it that they may reach.
CLIENTS = """import aiohttp, asyncio, httpx, requests, urllib.request
address = 'http://127.0.0.1:PORT/'
async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status
async def by_httpx():
    async with httpx.AsyncClient() as client:
        return (await client.get(address)).status_code
print(urllib.request.urlopen(address).status, requests.get(address).status_code, httpx.get(address).status_code)
print(await asyncio.gather(by_aiohttp(), by_httpx()))
refused = requests.get('http://127.0.0.1:OTHER/')
print(refused.status_code, 'network.hosts' in refused.text)
"""


def run(binary, environment, code, *settings):
    """The report of a program in the jail, and how many seconds it all took."""
    began = time.perf_counter()
    command = [binary, "run", "-", "--engine", "jail", "--json", "--timeout", "120s", *settings]
    done = subprocess.run(command, input=code, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    if not done.stdout:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout), time.perf_counter() - began


def check(binary, environment, tool):
    failed = 0
    for module, distribution, code, expected in PROGRAMS:
        cold, cold_seconds = run(binary, environment, code)
        cached, cached_seconds = run(binary, environment, code)
        names = [installed.split("==")[0] for installed in cold["packages_installed"]]
        right = distribution in names and cold["stdout"] == cached["stdout"] == expected
        failed += not right
        print("%s %-4s import %-10s as %-22s cold %5.1f s, cached %4.1f s" % (
            "ok    " if right else "FAILED", tool, module, distribution, cold_seconds, cached_seconds))
        if not right:
            print(json.dumps(cold, indent=1))
    return failed


def check_clients(binary, environment):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        code = CLIENTS.replace("PORT", str(port)).replace("OTHER", str(port - 1))
        report, _ = run(binary, environment, code, "--set", "network.mode=hosts", "--set", "network.hosts=127.0.0.1:%d" % port)
        server.shutdown()
    right = report["stdout"] == "200 200 200\n[200, 200]\n403 True\n"
    print("%s urllib, requests, httpx and aiohttp through the proxy" % ("ok    " if right else "FAILED"))
    if not right:
        print(json.dumps(report, indent=1))
    return not right


def main(binary, folder):
    failed = 0
    python = os.path.join(folder, "python", "bin")
    for tool, path in [("uv", [os.path.join(folder, "uv"), python]), ("pip", [python])]:
        with tempfile.TemporaryDirectory() as home:
            rest = [part for part in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(part, "uv"))]
            places = dict.fromkeys(["XDG_CONFIG_HOME", "XDG_DATA_HOME"], home)
            environment = dict(os.environ, PATH=os.pathsep.join(path + rest), **places)
            failed += check(binary, environment, tool)
            failed += check_clients(binary, environment)
    print("%d passed, %d failed" % (2 * len(PROGRAMS) + 2 - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
