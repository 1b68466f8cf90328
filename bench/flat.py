#!/usr/bin/env python3
"""Runs many programs on one server and shows that nothing piles up.

    bench/flat.py BINARY [--engine jail] [--runs 1000] [--set KEY=VALUE] [--json]

After each tenth of the runs the server's own memory (not the pages of its binary that it has read) and descriptors, its
processes, the machine's mounts and cgroups, and the bytes in its folders are noted. The first half warms the server up: the pool
of interpreters grows to what the runs want, at most 16 of three processes each; that wants some 500 runs. Ends with code 1 when
anything but noise has grown in the second half. Needs nothing but Python's standard library.
"""

import argparse
import json
import os
import sys
import tempfile
import time

from figures import Server

# What may be more at the end than in the middle. The history grows by a row a run, and SQLite's log is cut from
# time to time; the allocator keeps a few pages; the pool may have two more interpreters, each with three processes and seven
# descriptors.
NOISE = {"resident bytes": 4_000_000, "descriptors": 16, "processes": 8, "mounts": 0, "cgroups": 4, "disk bytes": 8_000_000}

# Each writes, prints and fails a little differently.
PROGRAMS = [
    ("python", "print(1)"),
    ("python", "open('flat.txt', 'w').write('x' * 1000)\nraise ValueError('flat')"),
    ("python", "import subprocess\nprint(subprocess.run(['true']).returncode)"),
    ("bash", "sleep 100 & echo 1"),
    ("python", "print('x' * 200000)"),
]


def children(pid):
    """Pids of everything below a process."""
    below, parents = set(), {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as stat:
                parents[int(name)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    grown = True
    while grown:
        found = {child for child, parent in parents.items() if parent == pid or parent in below} - below
        below |= found
        grown = bool(found)
    return below


def cgroups():
    """Folders in every hierarchy that is mounted."""
    with open("/proc/self/mounts") as mounts:
        roots = [line.split()[1] for line in mounts if line.split()[2] in ("cgroup", "cgroup2")]
    return sum(1 for root in roots for _ in os.walk(root))


def disk(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
    return total


def sample(server, home):
    with open("/proc/self/mountinfo") as mounts:
        mounted = sum(1 for _ in mounts)
    return {
        "resident bytes": server.resident("RssAnon"),
        "descriptors": len(os.listdir("/proc/%d/fd" % server.process.pid)),
        "processes": len(children(server.process.pid)),
        "mounts": mounted,
        "cgroups": cgroups(),
        "disk bytes": disk(home),
    }


def run(server, count):
    for number in range(count):
        language, code = PROGRAMS[number % len(PROGRAMS)]
        server.wait(server.start(code, language=language))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--engine", default="jail")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the server")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    flags = ["--engine", arguments.engine] + [word for pair in arguments.set for word in ("--set", pair)]
    step = max(arguments.runs // 10, 1)
    samples = []
    with tempfile.TemporaryDirectory() as home:
        server = Server(os.path.abspath(arguments.binary), flags, home)
        server.initialize()
        for _ in range(10):
            run(server, step)
            time.sleep(1)
            samples.append(sample(server, home))
        server.close()
    grown = {name: samples[-1][name] - samples[4][name] for name in NOISE}
    flat = all(grown[name] <= noise for name, noise in NOISE.items())
    if arguments.json:
        print(json.dumps({"engine": arguments.engine, "runs": step * 10, "samples": samples, "grown": grown, "flat": flat}))
    else:
        print("engine %s, %d runs" % (arguments.engine, step * 10))
        for name, noise in NOISE.items():
            row = " ".join("%10d" % taken[name] for taken in (samples[0], samples[4], samples[-1]))
            print("%-16s %s   grown %9d, noise %9d  %s" % (name, row, grown[name], noise, "flat" if grown[name] <= noise else "GROWS"))
    sys.exit(0 if flat else 1)


if __name__ == "__main__":
    main()
