"""Real packages in real programs: `packages.py BINARY FOLDER`. Use `.ci/packages`, which fills the folder."""

import json
import os
import subprocess
import sys
import tempfile
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


def run(binary, environment, code):
    """The report of a program in the jail, and how many seconds it all took."""
    began = time.perf_counter()
    command = [binary, "run", "-", "--engine", "jail", "--json", "--timeout", "120s"]
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


def main(binary, folder):
    failed = 0
    python = os.path.join(folder, "python", "bin")
    for tool, path in [("uv", [os.path.join(folder, "uv"), python]), ("pip", [python])]:
        with tempfile.TemporaryDirectory() as home:
            rest = [part for part in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(part, "uv"))]
            places = dict.fromkeys(["XDG_CONFIG_HOME", "XDG_DATA_HOME"], home)
            environment = dict(os.environ, PATH=os.pathsep.join(path + rest), **places)
            failed += check(binary, environment, tool)
    print("%d passed, %d failed" % (2 * len(PROGRAMS) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
