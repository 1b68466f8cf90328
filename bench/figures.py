#!/usr/bin/env python3
"""Measures what has to be fast, side by side with `python3 -c 'print(1)'` on the same machine.

    bench/figures.py BINARY [--engine direct] [--rounds 20] [--set KEY=VALUE] [--preload pandas] [--json]

Every figure but the bytes is measured in turns with the yardstick (A B A B), so that a busy machine slows both. Goals are in
BUDGETS.md. Ends with code 1 when a goal is missed. Needs nothing but Python's standard library.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60.0


class Server:
    """`codemode serve`, or another MCP server, with a client that speaks JSON-RPC a line at a time."""

    def __init__(self, binary, flags, home, command=("serve",)):
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, XDG_CACHE_HOME=home)
        self.process = subprocess.Popen(
            [binary, *command, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=environment,
        )
        self.answers = {}
        self.arrived = threading.Condition()
        self.last = 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            now = time.perf_counter()
            message = json.loads(line)
            with self.arrived:
                self.answers[message.get("id")] = (now, message)
                self.arrived.notify_all()

    def send(self, method, params):
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        return self.last

    def wait(self, number):
        """The time at which the answer came, and its result."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answers, PATIENCE):
                raise SystemExit("no answer in %d s" % PATIENCE)
            when, message = self.answers.pop(number)
        if "error" in message:
            raise SystemExit("the server answered %r" % message["error"])
        return when, message["result"]

    def initialize(self):
        client = {"name": "figures", "version": "1"}
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
        when, self.greeting = self.wait(self.send("initialize", params))
        self.process.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        return when

    def ask(self, method, params):
        return self.wait(self.send(method, params))[1]

    def start(self, code, **arguments):
        return self.send("tools/call", {"name": "execute_code", "arguments": {"code": code, **arguments}})

    def finish(self, number, expected):
        when, result = self.wait(number)
        report = result.get("_meta", {}).get("codemode/report", {})
        if report.get("stdout") != expected:
            raise SystemExit("expected %r, got %s" % (expected, json.dumps(result)[:2000]))
        return when

    def run(self, code, expected, **arguments):
        """Seconds from the request to its answer."""
        begin = time.perf_counter()
        return self.finish(self.start(code, **arguments), expected) - begin

    def resident(self, field="VmRSS"):
        """Bytes in memory by a field of /proc/pid/status: VmRSS is all of it, RssAnon what is not the binary's pages."""
        with open("/proc/%d/status" % self.process.pid) as status:
            line = next(line for line in status if line.startswith(field + ":"))
        return int(line.split()[1]) * 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)


def bare():
    """The yardstick: seconds that a plain interpreter takes for print(1)."""
    begin = time.perf_counter()
    subprocess.run(["python3", "-c", "print(1)"], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def settle(server):
    """Lets the interpreters that are started in the background get ready."""
    for _ in range(3):
        server.run("print(0)", "0\n")
    time.sleep(0.5)


def start_time(binary, flags, home):
    begin = time.perf_counter()
    server = Server(binary, flags, home)
    taken = server.initialize() - begin
    server.close()
    return taken


def paired(rounds, measure, pause=0.0):
    """Medians of the measured and of the yardstick, taken in turns."""
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(bare())
        time.sleep(pause)
        ours.append(measure())
    return statistics.median(ours), statistics.median(theirs)


def sleepers(server, count):
    begin = time.perf_counter()
    numbers = [server.start("import time\ntime.sleep(0.5)\nprint(%d)" % place) for place in range(count)]
    return max(server.finish(number, "%d\n" % place) for place, number in enumerate(numbers)) - begin


def throughput(server, seconds):
    """Fresh print(1) a second, with 16 requests open at any time."""
    begin = time.perf_counter()
    open_runs = [server.start("print(1)") for _ in range(16)]
    done = 0
    while time.perf_counter() - begin < seconds:
        server.finish(open_runs.pop(0), "1\n")
        open_runs.append(server.start("print(1)"))
        done += 1
    taken = time.perf_counter() - begin
    for number in open_runs:
        server.finish(number, "1\n")
    return done / taken


def proportional(server):
    """Bytes of each interpreter that waits: what is shared counts for each by its part."""
    sizes = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % name, "rb") as command, open("/proc/%s/smaps_rollup" % name) as rollup:
                words = command.read().split(b"\0")
                is_ours = b"python3" in words[0] and is_below(int(name), server.process.pid)
                if is_ours:
                    sizes.append(int(next(line for line in rollup if line.startswith("Pss:")).split()[1]) * 1024)
        except OSError:
            continue
    return statistics.median(sizes) if sizes else 0.0


def is_below(pid, ancestor):
    while pid > 1:
        with open("/proc/%d/stat" % pid) as stat:
            pid = int(stat.read().rsplit(")", 1)[1].split()[1])
        if pid == ancestor:
            return True
    return False


def pings(server, count):
    """Seconds that each of some pings takes while programs run."""
    programs = [server.start("import time\ntime.sleep(1.5)\nprint(1)"), server.start("while True: pass", timeout=1.5)]
    time.sleep(0.2)
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        taken.append(server.wait(server.send("ping", {}))[0] - begin)
        time.sleep(0.02)
    for program in programs:
        server.wait(program)
    return taken


# By name: the unit and the most that it may be.
GOALS = {
    "spawn to initialize reply": ("x bare", 0.5),
    "fresh print(1), warm": ("x bare", 0.3),
    "print(1) in a session": ("x bare", 0.05),
    "ping while programs run": ("ms", 5.0),
    "16 sleepers of 0.5 s": ("s", 0.7),
    "idle memory": ("MB", 25.0),
    "fresh bash echo, warm": ("x bare", 0.3),
    "fresh import pandas": ("x bare", 0.2),
    "16 at once, runs a second": ("1/s", None),
    "an idle interpreter": ("MB", None),
    "fresh, module preloaded": ("x bare", 0.3),
    "fresh, module not preloaded": ("x bare", None),
}


def imports(binary, flags, rounds, module):
    """A fresh interpreter that imports a module, with `packages.preload` and without: medians, and the yardstick's."""
    code, taken = "import %s\nprint(1)" % module, []
    for preload in (["--set", "packages.preload=%s" % module], []):
        with tempfile.TemporaryDirectory() as home:
            server = Server(binary, flags + preload, home)
            server.initialize()
            # The first one waits for the installation; the next ones for interpreters that have it.
            for _ in range(4):
                server.run(code, "1\n", timeout=300)
                time.sleep(3)
            taken.append(paired(rounds, lambda: server.run(code, "1\n"), pause=1.5))
            server.close()
    return taken


def measure(binary, flags, rounds):
    with tempfile.TemporaryDirectory() as home:
        figures = {}
        ours, theirs = paired(rounds, lambda: start_time(binary, flags, home))
        figures["spawn to initialize reply"] = (ours / theirs, ours, theirs)
        server = Server(binary, flags, home)
        server.initialize()
        time.sleep(1)
        figures["idle memory"] = (server.resident() / 1e6, None, None)
        settle(server)
        # The pause lets the next interpreter get ready, as it does between two calls of a model.
        ours, theirs = paired(rounds, lambda: server.run("print(1)", "1\n"), pause=0.3)
        figures["fresh print(1), warm"] = (ours / theirs, ours, theirs)
        server.run("print(1)", "1\n", session_id="bench")
        ours, theirs = paired(rounds, lambda: server.run("print(1)", "1\n", session_id="bench"))
        figures["print(1) in a session"] = (ours / theirs, ours, theirs)
        if "wasm" in flags:
            code = "import pandas\nprint(1)"
            ours, theirs = paired(rounds, lambda: server.run(code, "1\n"), pause=0.3)
            figures["fresh import pandas"] = (ours / theirs, ours, theirs)
        else:
            server.run("echo 1", "1\n", language="bash")
            ours, theirs = paired(rounds, lambda: server.run("echo 1", "1\n", language="bash"), pause=0.3)
            figures["fresh bash echo, warm"] = (ours / theirs, ours, theirs)
        figures["an idle interpreter"] = (proportional(server) / 1e6, None, None)
        taken = pings(server, 40)
        figures["ping while programs run"] = (1000 * statistics.median(taken), max(taken), None)
        time.sleep(1)
        # A server that saw no burst yet has two interpreters ready; after one it keeps enough for the next.
        taken = [sleepers(server, 16)]
        for _ in range(3):
            time.sleep(3)
            taken.append(sleepers(server, 16))
        figures["16 sleepers of 0.5 s"] = (statistics.median(taken[1:]), taken[0], None)
        figures["16 at once, runs a second"] = (throughput(server, 3.0), None, None)
        server.close()
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--engine", default="direct")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the server")
    parser.add_argument("--preload", metavar="MODULE", help="measure fresh interpreters that import it, too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.binary)
    flags = ["--engine", arguments.engine] + [word for pair in arguments.set for word in ("--set", pair)]
    figures = measure(binary, flags, arguments.rounds)
    if arguments.preload:
        for name, (ours, theirs) in zip(("fresh, module preloaded", "fresh, module not preloaded"),
                                        imports(binary, flags, arguments.rounds, arguments.preload)):
            figures[name] = (ours / theirs, ours, theirs)
    rows, missed = [], 0
    goals = GOALS
    if arguments.engine == "wasm":
        goals = {**GOALS, "fresh print(1), warm": ("x bare", 0.15)}
    for name, (unit, goal) in goals.items():
        if name not in figures:
            continue
        value, ours, theirs = figures[name]
        rows.append({"name": name, "value": round(value, 4), "unit": unit, "goal": goal, "met": goal is None or value <= goal,
                     "seconds": ours, "bare_seconds": theirs})
        missed += goal is not None and value > goal
    if arguments.json:
        print(json.dumps({"engine": arguments.engine, "figures": rows}, indent=2))
    else:
        print("engine %s" % arguments.engine)
        for row in rows:
            detail = ""
            if row["bare_seconds"]:
                detail = "   (%.2f ms : %.2f ms)" % (1000 * row["seconds"], 1000 * row["bare_seconds"])
            elif row["seconds"]:
                detail = "   (%s %.4f s)" % ("the first burst took" if "sleepers" in row["name"] else "worst", row["seconds"])
            goal = "no goal" if row["goal"] is None else "goal %-5g %s" % (row["goal"], "met" if row["met"] else "MISSED")
            print("%-28s %8.3f %-6s  %s%s" % (row["name"], row["value"], row["unit"], goal, detail))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
