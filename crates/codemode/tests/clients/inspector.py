"""The command line of MCP Inspector as the client: a server for each call."""

import json
import os
import subprocess

import expect

PATIENCE = 60


class Inspector:
    """The Inspector of a folder that `.ci/clients` filled."""

    def __init__(self, folder, binary, engine, home):
        modules = os.path.join(folder, "node", "node_modules")
        self.command = [os.path.join(modules, ".bin", "mcp-inspector"), "--cli", binary, "serve", "--engine", engine]
        self.engine = engine
        path = os.path.join(modules, "node", "bin") + os.pathsep + os.environ["PATH"]
        places = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"], home)
        self.environment = dict(os.environ, PATH=path, **places)
        self.home = home

    def ask(self, *arguments):
        """What it prints, as JSON. Its code says whether a tool failed; its output says how."""
        done = subprocess.run(
            self.command + list(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.home,
            env=self.environment,
        )
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise AssertionError("code %d\n%s\n%s" % (done.returncode, done.stdout, done.stderr)) from None

    def call(self, arguments):
        given = ["%s=%s" % pair for pair in arguments.items()]
        pairs = [word for pair in given for word in ("--tool-arg", pair)]
        return expect.masked(self.ask("--method", "tools/call", "--tool-name", "execute_code", *pairs))

    async def tools(self):
        seen = self.ask("--method", "tools/list")
        expect.same([tool["name"] for tool in seen["tools"]], ["execute_code", "wait_run"])

    async def program(self, arguments, expected):
        expect.same(self.call(arguments), expected)

    async def session(self):
        """A session lives as long as its server; its files live on."""
        first = self.call({"code": "open('kept.txt', 'w').write('kept')\nNone", "session_id": "inspected"})
        uri = "codemode://sessions/inspected/kept.txt"
        expect.same(first["content"][1], {"type": "text", "text": "kept.txt\n```\nkept\n```"})
        again = self.call({"code": "print(open('kept.txt').read())", "session_id": "inspected"})
        expect.same(again, expect.result(self.engine, "kept\n", session="inspected", stdout="kept\n"))
        seen = self.ask("--method", "resources/read", "--uri", uri)
        expect.same(seen["contents"], [{"uri": uri, "mimeType": "text/plain", "text": "kept"}])


async def checks(folder, binary, engine, home, check):
    """Runs every check; `check` counts."""
    inspector = Inspector(folder, binary, engine, home)
    await check("tools", inspector.tools)
    for name, arguments, expected in expect.programs(engine):
        await check(name, lambda: inspector.program(arguments, expected))
    await check("files of a session in the next server", inspector.session)
