#!/usr/bin/env python3
"""Measures calls of an upstream tool from code, beside the same call by plain MCP.

    bench/tools.py BINARY [--engine jail] [--rounds 20] [--sdk PYTHON] [--json]

The upstream is this file itself: a server that answers at once, or after the time that it is told. The yardstick is the same
call by the official Python SDK, when `--sdk` names an interpreter that has it, and by the barest client that there can be: it
writes a line and reads one. Goals are in BUDGETS.md. Ends with code 1 when a goal is missed. Needs nothing else than Python's
standard library.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from figures import Server

TOOLS = [
    {"name": "now", "description": "Answers at once.", "inputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}},
    {"name": "later", "description": "Answers after some milliseconds.",
     "inputSchema": {"type": "object", "properties": {"ms": {"type": "integer"}}, "required": ["ms"]}},
]

# Each measures itself inside, where the calls are, and prints seconds.
ONE = "import time\nlink.now(n=0)\nbegan = time.perf_counter()\nlink.now(n=1)\nprint(time.perf_counter() - began)"
HUNDRED = "import time\nbegan = time.perf_counter()\nfor n in range(100):\n    link.now(n=n)\nprint(time.perf_counter() - began)"
PARALLEL = """import asyncio, time
began = time.perf_counter()
await asyncio.gather(*(link.later(ms=100) for _ in range(10)))
print(time.perf_counter() - began)"""


def serve():
    """The upstream: requests by line on stdin; a slow one does not hold up those behind it, and `now` is answered unread."""
    lock = threading.Lock()
    quick = re.compile(rb'"name":\s*"now"')
    number_of = re.compile(rb'"id":\s*(\d+)')

    def answer(number, result, kind="result"):
        with lock:
            os.write(1, (json.dumps({"jsonrpc": "2.0", "id": number, kind: result}) + "\n").encode())

    said = {"content": [{"type": "text", "text": "ok"}]}
    for line in sys.stdin.buffer:
        if quick.search(line):
            os.write(1, b'{"jsonrpc":"2.0","id":%b,"result":{"content":[{"type":"text","text":"ok"}]}}\n' % number_of.search(line)[1])
            continue
        message = json.loads(line)
        number, method, params = message.get("id"), message.get("method"), message.get("params", {})
        if method == "initialize":
            answer(number, {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                            "serverInfo": {"name": "link", "version": "1"}})
        elif method == "tools/list":
            answer(number, {"tools": TOOLS})
        elif method == "tools/call":
            threading.Timer(params["arguments"]["ms"] / 1000, answer, (number, said)).start()
        elif number is not None:
            answer(number, {"code": -32601, "message": method}, "error")


async def call_by_sdk():
    """A client by the official SDK: for each line on stdin a call, and its seconds on stdout."""
    import asyncio

    from mcp import ClientSession
    from mcp.client.stdio import StdioServerParameters, stdio_client

    link = StdioServerParameters(command=sys.executable, args=[os.path.abspath(__file__), "--serve"])
    async with stdio_client(link) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            begin = time.perf_counter()
            await session.call_tool("now", {"n": 1})
            print(time.perf_counter() - begin, flush=True)


class Sdk:
    """That client, in a process of its own."""

    def __init__(self, python):
        command = [python, os.path.abspath(__file__), "--client"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.call()

    def call(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def plain_call(server):
    begin = time.perf_counter()
    server.ask("tools/call", {"name": "now", "arguments": {"n": 1}})
    return time.perf_counter() - begin


def inside(server, code):
    """Seconds that a program measured."""
    report = server.ask("tools/call", {"name": "execute_code", "arguments": {"code": code, "session_id": "bench"}})
    report = report["_meta"]["codemode/report"]
    if not report["success"]:
        raise SystemExit(json.dumps(report))
    return float(report["stdout"])


def starts(binary, flags, rounds):
    """Seconds from the spawn to the initialize reply: the median."""
    taken = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            begin = time.perf_counter()
            server = Server(binary, flags, home)
            taken.append(server.initialize() - begin)
            server.close()
    return statistics.median(taken)


def configured(folder, count):
    path = os.path.join(folder, "servers-%d.json" % count)
    link = {"command": sys.executable, "args": [os.path.abspath(__file__), "--serve"]}
    with open(path, "w") as file:
        json.dump({"mcpServers": {"link" if n == 0 else "link%d" % n: link for n in range(count)}}, file)
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--engine", default="jail")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--sdk", metavar="PYTHON", help="an interpreter that has the package mcp")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    binary, flags = os.path.abspath(arguments.binary), ["--engine", arguments.engine]
    with tempfile.TemporaryDirectory() as home:
        plain = Server(sys.executable, [os.path.abspath(__file__), "--serve"], home, command=())
        plain.initialize()
        server = Server(binary, [*flags, "--servers", configured(home, 1)], home)
        server.initialize()
        inside(server, HUNDRED)
        sdk = Sdk(arguments.sdk) if arguments.sdk else None
        samples = [(plain_call(plain), sdk.call() if sdk else 0, inside(server, ONE)) for _ in range(arguments.rounds)]
        bare, direct, called = (statistics.median(column) for column in zip(*samples))
        if sdk:
            sdk.close()
        hundred = statistics.median(inside(server, HUNDRED) for _ in range(arguments.rounds))
        parallel = statistics.median(inside(server, PARALLEL) for _ in range(arguments.rounds))
        plain.close()
        server.close()
        alone = starts(binary, flags, arguments.rounds)
        among = starts(binary, [*flags, "--servers", configured(home, 20)], arguments.rounds)
    rows = [
        ("a call from code, by the barest", called / bare, "x", None, "%.3f ms : %.3f ms" % (called * 1e3, bare * 1e3)),
        ("100 calls in one program", hundred * 1e3, "ms", 15 if arguments.engine == "wasm" else 40, ""),
        ("10 calls of 100 ms at once", parallel * 1e3, "ms", 115, ""),
        ("start with 20 servers, by none", among / alone, "x", 1.15, "%.2f ms : %.2f ms" % (among * 1e3, alone * 1e3)),
    ]
    if sdk:
        rows.insert(0, ("a call from code, by the SDK's", called / direct, "x", 2, "%.3f ms : %.3f ms" % (called * 1e3, direct * 1e3)))
    missed = sum(goal is not None and value > goal for _, value, _, goal, _ in rows)
    if arguments.json:
        print(json.dumps([dict(zip(("name", "value", "unit", "goal", "note"), row)) for row in rows], indent=1))
    else:
        for name, value, unit, goal, note in rows:
            verdict = "no goal" if goal is None else "goal %-5s %s" % (goal, "met" if value <= goal else "MISSED")
            print("%-32s %8.3f %-3s %-17s %s" % (name, value, unit, verdict, note))
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--client"]:
        import asyncio

        asyncio.run(call_by_sdk())
    else:
        sys.exit(serve() if sys.argv[1:] == ["--serve"] else main())
