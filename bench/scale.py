#!/usr/bin/env python3
"""Measures how many fresh sandboxes a second two cores give, by what one core gives.

    bench/scale.py BINARY [--engine wasm] [--runs 400] [--rounds 3] [--json]

The server, its workers and this client are held to one core and to two in turns (1 2 1 2), with eight programs under way at any
time. The goal is 1.7. Ends with code 1 when it is missed, and with 2 on a machine of one core. Needs nothing but Python's standard
library and `sched_setaffinity`.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

from figures import Server

GOAL = 1.7
AT_ONCE = 8


def rate(binary, engine, runs, cores):
    """Programs a second, after a first burst that warms the server up."""
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as home:
        server = Server(binary, ["--engine", engine], home)
        server.initialize()
        for count in (AT_ONCE * 8, runs):
            began = time.perf_counter()
            under_way = []
            for _ in range(count):
                if len(under_way) == AT_ONCE:
                    server.finish(under_way.pop(0), "1\n")
                under_way.append(server.start("print(1)"))
            for number in under_way:
                server.finish(number, "1\n")
        taken = time.perf_counter() - began
        server.close()
    return runs / taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--engine", default="wasm")
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("this machine gives one core: there is nothing to compare")
        sys.exit(2)
    binary = os.path.abspath(arguments.binary)
    one, two = [], []
    for _ in range(arguments.rounds):
        one.append(rate(binary, arguments.engine, arguments.runs, cores[:1]))
        two.append(rate(binary, arguments.engine, arguments.runs, cores[:2]))
    ratio = statistics.median(two) / statistics.median(one)
    found = {"engine": arguments.engine, "one": statistics.median(one), "two": statistics.median(two), "ratio": ratio, "goal": GOAL}
    if arguments.json:
        print(json.dumps(found))
    else:
        print("%s: %.0f fresh sandboxes a second on one core, %.0f on two: %.2f x, goal %.1f, %s" % (
            arguments.engine, found["one"], found["two"], ratio, GOAL, "met" if ratio >= GOAL else "MISSED"))
    sys.exit(0 if ratio >= GOAL else 1)


if __name__ == "__main__":
    main()
