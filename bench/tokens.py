#!/usr/bin/env python3
"""Counts the tokens (o200k) that codemode costs a model before it does anything, beside what the same servers cost directly.

    bench/tokens.py BINARY UPSTREAMS [--json]

UPSTREAMS is the folder that `.ci/upstreams` fills: real servers, and a tokenizer. What is counted is what a client puts in
front of a model: the instructions, and the tools with their descriptions and schemas. The twenty servers are ten of each of
the two largest, under names of their own. Ends with code 1 when a goal is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

from figures import Server

FIXED, CATALOG = 700, 2200
COUNT = """
const {Tiktoken} = require('js-tiktoken/lite');
const encoding = new Tiktoken(require('js-tiktoken/ranks/o200k_base'));
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map(text => encoding.encode(text, 'all').length)));
"""


def count(upstreams, texts):
    done = subprocess.run(["node", "-e", COUNT], input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=upstreams)
    return json.loads(done.stdout)


def shown(tools, instructions=""):
    """What a model sees of tools."""
    seen = [{key: tool[key] for key in ("name", "description", "inputSchema") if key in tool} for tool in tools]
    return instructions + json.dumps(seen, separators=(",", ":"), ensure_ascii=False)


def listed(command):
    """The tools that a server on stdio offers, and its instructions."""
    with tempfile.TemporaryDirectory() as home:
        server = Server(command[0], command[1:], home, command=())
        server.initialize()
        instructions = server.greeting.get("instructions", "")
        tools = server.ask("tools/list", {})["tools"]
        server.close()
    return tools, instructions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("upstreams")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    upstreams, binary = os.path.abspath(arguments.upstreams), os.path.abspath(arguments.binary)
    npm = lambda name, *words: [os.path.join(upstreams, "node_modules/.bin", name), *words]
    python = lambda name, *words: [os.path.join(upstreams, "python/bin", name), *words]
    rows, missed = [], 0
    with tempfile.TemporaryDirectory() as home:
        everything, filesystem = npm("mcp-server-everything"), npm("mcp-server-filesystem", home)
        five = {"filesystem": filesystem, "memory": npm("mcp-server-memory"), "fetch": python("mcp-server-fetch"),
                "time": python("mcp-server-time"), "thinking": npm("mcp-server-sequential-thinking")}
        twenty = {"%s%d" % (name, n): command for n in range(10)
                  for name, command in (("everything", everything), ("filesystem", filesystem))}
        known = {}
        for servers in ({}, {"filesystem": filesystem}, five, twenty):
            for command in servers.values():
                if tuple(command) not in known:
                    known[tuple(command)] = listed(command)
            plain = [known[tuple(command)] for command in servers.values()]
            configured = os.path.join(home, "servers-%d.json" % len(servers))
            with open(configured, "w") as file:
                json.dump({"mcpServers": {name: {"command": words[0], "args": words[1:]} for name, words in servers.items()}}, file)
            environment = dict(os.environ, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home)
            subprocess.run([binary, "tools", "list", "--servers", configured], env=environment, capture_output=True, check=True)
            server = Server(binary, ["--servers", configured], home)
            server.initialize()
            instructions = server.greeting.get("instructions", "")
            ours = server.ask("tools/list", {})["tools"]
            server.close()
            texts = [shown(ours, instructions)] + [shown(*one) for one in plain]
            tokens, *theirs = count(upstreams, texts)
            goal = CATALOG if servers else FIXED
            missed += tokens > goal
            rows.append({"servers": len(servers), "tools": sum(len(tools) for tools, _ in plain), "codemode": tokens, "goal": goal,
                         "plain": sum(theirs)})
    if arguments.json:
        print(json.dumps(rows, indent=1))
    else:
        print("%8s %6s %10s %6s %8s" % ("servers", "tools", "codemode", "goal", "plain"))
        for row in rows:
            print("%8d %6d %10d %6d %8d" % tuple(row[key] for key in ("servers", "tools", "codemode", "goal", "plain")))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
