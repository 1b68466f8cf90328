#!/usr/bin/env python3
"""Measures the memory: what a search costs beside the embedding of its question, and what failures cost beside many learnings.

    bench/memory.py BINARY [--learnings 10000] [--rounds 20] [--json]

Two servers are asked in turns (A B A B), one with ten learnings and one with many; both embed the same question, so that the
difference is the search. A third has one learning whose pattern a backtracking engine would take years for. Goals are in
BUDGETS.md. Ends with code 1 when a goal is missed. Needs nothing but Python's standard library.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from figures import Server

SUBJECTS = ["csv", "json", "photo", "archive", "socket", "table", "chart", "mail", "page", "clock", "matrix", "log", "map"]
TROUBLES = ["cannot be opened", "has the wrong encoding", "is too large", "times out", "is refused", "lost a column"]
MENDS = ["read it in pieces", "name the encoding", "raise the limit", "ask again later", "sort it first", "use a copy"]

FAILS = "raise ValueError('a' * 4000 + '!')"


def learnings(count):
    """Learnings that differ, as mcp-pyrunner would have written them."""
    for number in range(count):
        subject, trouble = SUBJECTS[number % len(SUBJECTS)], TROUBLES[number // 13 % len(TROUBLES)]
        yield {
            "error_pattern": r"case\d+ %d: the %s %s" % (number, subject, trouble),
            "solution": "%s, as in case %d" % (MENDS[number // 78 % len(MENDS)], number),
        }


class Memory(Server):
    """A server with these learnings."""

    def __init__(self, binary, folder, entries):
        os.makedirs(folder)
        file = os.path.join(folder, "learnings.json")
        with open(file, "w") as out:
            json.dump(list(entries), out)
        places = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"], folder)
        began = time.perf_counter()
        subprocess.run([binary, "learnings", "import", file], env=dict(os.environ, **places), check=True, capture_output=True)
        self.imported = time.perf_counter() - began
        super().__init__(binary, ["--engine", "direct", "--tools", "all"], folder)
        self.initialize()

    def timed(self, tool, arguments):
        began = time.perf_counter()
        self.ask("tools/call", {"name": tool, "arguments": arguments})
        return time.perf_counter() - began


def in_turns(rounds, *measures):
    """Medians of each, and of the differences between the first and the others, in milliseconds."""
    times = [[measure(number) for measure in measures] for number in range(rounds)]
    medians = [1000 * statistics.median(column) for column in zip(*times)]
    differences = [1000 * statistics.median(row[place] - row[0] for row in times) for place in range(1, len(measures))]
    return medians, differences


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--learnings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    binary = os.path.realpath(chosen.binary)
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        none = Memory(binary, os.path.join(folder, "none"), [])
        few = Memory(binary, os.path.join(folder, "few"), learnings(10))
        many = Memory(binary, os.path.join(folder, "many"), learnings(chosen.learnings))
        evil = Memory(binary, os.path.join(folder, "evil"), [{"error_pattern": "(a+)+$", "solution": "none"}] * 1)
        idle = many.resident()
        embed = 1000 * many.imported / chosen.learnings

        def search(server):
            return lambda number: server.timed("get_learnings", {"search": "the %s of case %d" % (SUBJECTS[number % 13], number)})

        def fail(server):
            return lambda number: server.timed("run_python", {"code": FAILS})

        for server in (few, many, evil):
            server.timed("get_learnings", {"search": "warm"})
        medians, [searched] = in_turns(chosen.rounds, search(few), search(many))
        fails, [_, recalled, exploded] = in_turns(chosen.rounds, fail(none), fail(few), fail(many), fail(evil))
        told = 1000 * statistics.median(many.timed("get_system_context", {}) for _ in range(chosen.rounds))
        loaded = many.resident()
        for server in (none, few, many, evil):
            server.close()
        figures = [
            ("search of %d, beside its embedding" % chosen.learnings, searched, 10, "ms", "%.1f ms : %.1f ms" % (medians[1], medians[0])),
            ("a failed run, by one without learnings", fails[2] - fails[0], None, "ms", "%.1f ms : %.1f ms" % (fails[2], fails[0])),
            ("a catastrophic pattern", exploded - (fails[1] - fails[0]), 10, "ms", "%.1f ms : %.1f ms" % (fails[3], fails[1])),
            ("get_system_context, warm", told, 100, "ms", ""),
            ("an embedding, at import", embed, None, "ms", ""),
            ("memory before the first search", idle / 1e6, 25, "MB", ""),
            ("memory with the model", loaded / 1e6, None, "MB", ""),
        ]
    missed = [name for name, value, goal, *_ in figures if goal is not None and value > goal]
    if chosen.json:
        print(json.dumps({name: value for name, value, *_ in figures}))
    else:
        for name, value, goal, unit, detail in figures:
            judged = "no goal" if goal is None else "goal %-4g %s" % (goal, "MISSED" if name in missed else "met")
            print("%-42s %9.3f %-3s %-14s %s" % (name, value, unit, judged, detail))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
