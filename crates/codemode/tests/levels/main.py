"""What a jail holds in places of this machine: `main.py BINARY IMAGE`. Use `.ci/levels`, which starts the Docker Engine.

In each place `doctor` has to find the level that was measured there by hand, with the reason and the mend for a better one,
and a jail has to refuse every act of `inside.py` that succeeds there without one.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

UNCONFINED = ["--security-opt", "seccomp=unconfined"]
ALL_PATHS = ["--security-opt", "systempaths=unconfined"]
HARDENED = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only", "--tmpfs", "/tmp", "-u", "1000:1000"]
REFUSED, HIDDEN, BOUNDS = "refuses new namespaces", "hides parts of /proc", "no cgroup"

# A place, how a command gets there, the level, and what is missing for a better one.
PLACES = [
    ("root", None, "full", None),
    ("plain user", "user", "no-cgroup", BOUNDS),
    ("container", [], "landlock", REFUSED),
    ("container, user 1000", ["-u", "1000:1000"], "landlock", REFUSED),
    ("container, hardened", HARDENED, "landlock", REFUSED),
    ("container, seccomp unconfined", UNCONFINED, "landlock", HIDDEN),
    ("container, seccomp and /proc unconfined", UNCONFINED + ALL_PATHS, "no-cgroup", BOUNDS),
    ("container, both, user 1000", UNCONFINED + ALL_PATHS + ["-u", "1000:1000"], "no-cgroup", BOUNDS),
]


def command(place, image, shared, home):
    """The command line that runs `inside.py` in a place. `shared` holds it and the binary, for everybody to read."""
    words = ["python3", os.path.join(shared, "inside.py"), os.path.join(shared, "codemode")]
    system = ["PATH=/usr/bin:/bin", "HOME=" + home]
    if place is None:
        return ["env", "-i", *system, *words]
    if place == "user":
        return ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--inh-caps=-all", "env", "-i", *system, *words]
    inside = ["python3", "/shared/inside.py", "/shared/codemode"]
    return ["/usr/bin/docker", "run", "--rm", "--network", "none", "-e", "HOME=/tmp", "-v", shared + ":/shared:ro", *place,
            image, *inside]


def faults(found, level, missing):
    """What is not as it has to be."""
    engine = found["engine"]
    if engine["level"] != level:
        yield "the level is %s, not %s: %s" % (engine["level"], level, engine["missing"])
    said = [line for line in engine["missing"] if line.startswith("isolation full: ")]
    if missing is None and said or missing is not None and not (said and missing in said[0] and engine["mend"]):
        yield "what is missing: %s, and the mend: %s" % (engine["missing"], engine["mend"])
    for name, got in found["acts"].items():
        if got["direct"] != "got":
            yield "%s: no positive control: %s" % (name, got["direct"])
        if got["jail"] == "got" or got["isolation"] != level:
            yield "%s: %s" % (name, got)


def main(binary, image):
    failed = 0
    with tempfile.TemporaryDirectory() as shared, tempfile.TemporaryDirectory() as home:
        os.chmod(shared, 0o755)
        os.chown(home, 12345, 12345)
        shutil.copy(binary, os.path.join(shared, "codemode"))
        shutil.copy(os.path.join(os.path.dirname(__file__), "inside.py"), shared)
        for name, place, level, missing in PLACES:
            done = subprocess.run(command(place, image, shared, home), capture_output=True, text=True, timeout=600, cwd=shared)
            try:
                wrong = list(faults(json.loads(done.stdout), level, missing))
            except ValueError:
                wrong = [done.stdout + done.stderr]
            failed += bool(wrong)
            refused = "" if wrong else ", %d acts refused that succeed without it" % len(json.loads(done.stdout)["acts"])
            print("%s %s: %s%s" % ("FAILED" if wrong else "ok    ", name, level, refused))
            for line in wrong:
                print("       " + line)
    print("%d passed, %d failed" % (len(PLACES) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
