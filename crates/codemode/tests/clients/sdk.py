"""The official Python SDK as the client, in its modern mode and in its legacy mode."""

import os
import time

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

import expect

GONE_WITHIN = 2.0
PATIENCE = 30.0
PING_WITHIN = 0.5

VERSIONS = {"auto": "2026-07-28", "legacy": "2025-11-25"}


class Sdk:
    """One server, and the checks that are made of it."""

    def __init__(self, mode, binary, engine, home, arguments=()):
        self.engine = engine
        self.mode = mode
        command = ["serve", "--engine", engine, *arguments]
        environment = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home}
        server = StdioServerParameters(command=binary, args=command, env=environment, cwd=home)
        self.client = Client(server, mode=mode, read_timeout_seconds=PATIENCE)

    async def raw(self, arguments, tool="execute_code", progress=None):
        result = await self.client.call_tool(tool, arguments, progress_callback=progress)
        return result.model_dump(mode="json", by_alias=True)

    async def call(self, arguments, tool="execute_code", progress=None):
        return trimmed(await self.raw(arguments, tool, progress))

    async def handshake(self):
        """The version, and the tools that are there."""
        expect.same(self.client.protocol_version, VERSIONS[self.mode])
        expect.same(self.client.server_info.name, "codemode")
        tools = await self.client.list_tools()
        expect.same([tool.name for tool in tools.tools], ["execute_code", "wait_run"])

    async def program(self, arguments, expected):
        expect.same(await self.call(arguments), expected)

    async def session(self):
        """Three calls that share their variables."""
        steps = [("numbers = [1, 2]", "[value]\n[1,2]\n", {"value": [1, 2]}),
                 ("numbers.append(3)", "", {}),
                 ("print(sum(numbers))", "6\n", {"stdout": "6\n"})]
        for code, text, report in steps:
            seen = await self.call({"code": code, "session_id": "three"})
            expect.same(seen, expect.result(self.engine, text, session="three", **report))

    async def progress(self):
        """The first line comes before the program's end, and no line is lost."""
        heard = []

        async def hear(progress, total, message):
            heard.append((time.monotonic(), progress, message))

        code = "import time\nfor n in range(5):\n    print('step', n)\n    time.sleep(0.3)"
        seen = await self.call({"code": code}, progress=hear)
        end = time.monotonic()
        printed = "".join("step %d\n" % n for n in range(5))
        expect.same(seen, expect.result(self.engine, printed, stdout=printed))
        expect.same("".join(message for _, _, message in heard), printed)
        counts = [count for _, count, _ in heard]
        expect.same(counts, sorted(set(counts)))
        if end - heard[0][0] < 0.5:
            raise AssertionError("the first line came %.2f s before the result" % (end - heard[0][0]))

    async def cancelled(self):
        """A request that is taken back has its process gone, and the server goes on."""
        pids = []

        async def hear(progress, total, message):
            pids.append(int(message))

        code = "import os, time\nprint(os.getpid())\ntime.sleep(60)"
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: self.call({"code": code}, progress=hear))
            with anyio.fail_after(PATIENCE):
                while not pids:
                    await anyio.sleep(0.01)
            os.kill(pids[0], 0)
            group.cancel_scope.cancel()
        with anyio.fail_after(GONE_WITHIN):
            while os.path.exists("/proc/%d" % pids[0]):
                await anyio.sleep(0.01)
        expect.same(await self.call({"code": "print('next')"}), expect.result(self.engine, "next\n", stdout="next\n"))

    async def pings(self):
        """Eight pings are answered while a program runs that reads what it can of its stdin."""
        heard = []

        async def hear(progress, total, message):
            heard.append(message)

        code = "import os, time\nprint(os.read(0, 1000), flush=True)\ntime.sleep(1)\nprint(os.read(0, 1000))"
        seen = []

        async def run():
            seen.append(await self.call({"code": code}, progress=hear))

        async with anyio.create_task_group() as group:
            group.start_soon(run)
            with anyio.fail_after(PATIENCE):
                while not heard:
                    await anyio.sleep(0.01)
            for _ in range(8):
                with anyio.fail_after(PING_WITHIN):
                    await self.client.send_ping()
            expect.same(seen, [])
        expect.same(seen, [expect.result(self.engine, "b''\nb''\n", stdout="b''\nb''\n")])

    async def waited_for(self):
        """A run that takes longer than a request may answers with its id; wait_run gives its end."""
        code = "import time\nprint('early')\ntime.sleep(2)\nprint('late')"
        yielded = await self.raw({"code": code})
        run_id = yielded["_meta"]["codemode/report"]["run_id"]
        running = "early\n[run RUN · still running after N s · call wait_run with run_id \"RUN\"]"
        report = expect.result(self.engine, "", stdout="early\n", ending=None, exit_code=None, engine=None, isolation=None)
        report["content"][0]["text"] = running
        report["_meta"]["codemode/report"]["success"] = None
        expect.same(trimmed(yielded), report)
        ended = await self.call({"run_id": run_id, "seconds": 20}, tool="wait_run")
        expect.same(ended, expect.result(self.engine, "early\nlate\n", stdout="early\nlate\n"))

    async def files(self):
        """A picture, a text and the address of both."""
        png = "bytes.fromhex('89504e470d0a1a0a') + b'rest'"
        code = "open('a.png', 'wb').write(%s)\nopen('b.txt', 'w').write('text')\nNone" % png
        seen = await self.call({"code": code, "session_id": "files"})
        kinds = [block["type"] for block in seen["content"]]
        expect.same(kinds, ["text", "image", "text"])
        expect.same(seen["content"][1], {"type": "image", "data": "iVBORw0KGgpyZXN0", "mimeType": "image/png"})
        expect.same(seen["content"][2], {"type": "text", "text": "b.txt\n```\ntext\n```"})
        read = await self.client.read_resource("codemode://sessions/files/b.txt")
        expect.same([content.text for content in read.contents], ["text"])

    async def errors(self):
        """A wrong argument is a result that a model can mend, an unknown tool a fault of the protocol."""
        text = "invalid_argument: argument `timeout`: expected a number of seconds from 0 on, got \"soon\""
        seen = await self.call({"code": "1", "timeout": "soon"})
        expect.same(seen, {"content": [{"type": "text", "text": text}], "isError": True})
        try:
            await self.call({}, tool="execute_cod")
        except Exception as error:
            expect.same(str(error), "unknown tool `execute_cod`; the tools are execute_code, wait_run")
        else:
            raise AssertionError("an unknown tool was called")

    async def learned(self):
        """A learning is kept, told to the run that fails by it, and counted when the next run works."""
        code = "int('4 2')"
        failed = await self.raw({"code": code, "description": "read a number"}, tool="run_python")
        expect.same(failed["isError"], True)
        expect.same(failed["_meta"]["codemode/report"]["hints"], [])
        learning = {"error_pattern": r"invalid literal for int\(\)", "solution": "take the blanks out first",
                    "context": "numbers with blanks", "tags": "numbers, parsing"}
        expect.same(await self.said("add_learning", learning), "learning 1 is kept")
        failed = await self.raw({"code": code, "description": "read a number"}, tool="run_python")
        hint = 'learned: for "invalid literal for int\\\\(\\\\)" it helped: "take the blanks out first" (when: "numbers with blanks")'
        expect.same(failed["_meta"]["codemode/report"]["hints"], [hint])
        unrelated = await self.raw({"code": "1 / 0"}, tool="run_python")
        expect.same(unrelated["_meta"]["codemode/report"]["hints"], [])
        await self.raw({"code": "int('42')", "description": "read a number"}, tool="run_python")
        with anyio.fail_after(PATIENCE):
            while "helped 1 times" not in await self.said("get_learnings", {"search": "numbers"}):
                await anyio.sleep(0.01)

    async def still_learned(self):
        """What was learned is there after a restart of the server."""
        text = await self.said("get_learnings", {"search": "blanks"})
        expect.same(text.splitlines()[-1].split("%, ")[1], "helped 1 times, did not help 0 times")
        expect.same("- invalid literal for int\\(\\): take the blanks out first" in await self.said("get_system_context", {}), True)
        text = await self.said("get_learnings", {})
        read = await self.client.read_resource("codemode://learnings")
        expect.same([content.text for content in read.contents], [text])

    async def retried(self):
        """A number of attempts that makes no sense is an argument error; an error of the program's own comes once."""
        text = "invalid_argument: argument `max_retries`: 0 is out of range; expected 1 to 10 attempts"
        seen = await self.call({"code": "1", "max_retries": 0}, tool="run_with_retry")
        expect.same(seen, {"content": [{"type": "text", "text": text}], "isError": True})
        code = "print('side effect', file=open('effects', 'a'))\nraise ValueError('no')"
        seen = await self.raw({"code": code}, tool="run_with_retry")
        report = seen["_meta"]["codemode/report"]
        hint = "not tried again: ValueError is the program's own and would come again: change the program"
        expect.same((report["attempts"], report["hints"]), (1, [hint]))
        seen = await self.raw({"code": "print(open('effects').read(), end='')"}, tool="run_python")
        expect.same(seen["_meta"]["codemode/report"]["stdout"], "side effect\n")
        code = "import os, time\nfirst = not os.path.exists('tried')\nopen('tried', 'w').close()\ntime.sleep(3 if first else 0)"
        seen = await self.raw({"code": code, "timeout": 2}, tool="run_with_retry")
        report = seen["_meta"]["codemode/report"]
        hint = "attempt 1 ended with timeout (in it; 1 files were written; the next attempt did this again); then: timeout 4 s instead of 2 s"
        expect.same((report["attempts"], report["success"], report["hints"]), (2, True, [hint]))

    async def configured(self):
        """A setting is typed and in force for the next call; what isolates programs is not a model's to change."""
        said = await self.said("configure", {"action": "set", "key": "default_timeout", "value": "0.5"})
        expect.same(said, 'Updated default_timeout = "500ms": in force now, and kept in the settings file')
        seen = await self.raw({"code": "import time\ntime.sleep(30)"}, tool="run_python")
        expect.same(seen["_meta"]["codemode/report"]["ending"], {"kind": "timeout", "seconds": 0.5})
        for key, value, said in [
            ("default_timeout", "-5", "argument `value`: `default_timeout` cannot be `-5`"),
            ("execution_mode", "banana", "argument `value`: `engine` cannot be `banana`"),
            ("network.mode", "full", "only a person may set `network.mode`"),
        ]:
            seen = await self.raw({"action": "set", "key": key, "value": value}, tool="configure")
            expect.same((seen["isError"], said in seen["content"][0]["text"]), (True, True))
        await self.said("configure", {"action": "set", "key": "default_timeout", "value": "60"})
        await self.said("configure", {"action": "set", "key": "allowed_packages", "value": "six, pandas"})
        text = await self.said("pip_install", {"package_name": "humanize"})
        expect.same(text.split("\n")[0], "invalid_argument: argument `package_name`: `humanize`: `humanize` is not on `packages.allowed`")
        await self.said("configure", {"action": "set", "key": "allowed_packages", "value": ""})
        read = await self.client.read_resource("codemode://config")
        expect.same("packages.allowed = []" in read.contents[0].text, True)

    async def context(self):
        """What the machine offers."""
        text = await self.said("get_system_context", {})
        lines = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
        expect.same(text.split()[0], "codemode")
        expect.same((lines["network"], lines["packages"]),
                    ("public", "what a Python program imports and lacks is installed before it starts"))

    async def said(self, tool, arguments):
        return (await self.raw(arguments, tool=tool))["content"][0]["text"]


def trimmed(result):
    """A result as the wire had it: the SDK fills in what was left out."""
    content = [{name: item for name, item in block.items() if item is not None} for block in result["content"]]
    kept = {"content": content, "isError": result["isError"]}
    meta = expect.masked(result.get("_meta") or {})
    if meta:
        kept["_meta"] = meta
    return expect.masked(kept)


async def checks(mode, binary, engine, home, check):
    """Runs every check in one mode; `check` counts."""
    sdk = Sdk(mode, binary, engine, home)
    async with sdk.client:
        await check("handshake and tools", sdk.handshake)
        for name, arguments, expected in expect.programs(engine):
            await check(name, lambda: sdk.program(arguments, expected))
        await check("a session of three calls", sdk.session)
        await check("progress before the end", sdk.progress)
        await check("a cancelled program is gone", sdk.cancelled)
        if mode == "legacy":  # 2026-07-28 has no ping.
            await check("pings during a program that reads its stdin", sdk.pings)
        await check("files as blocks and resources", sdk.files)
        await check("errors that can be mended", sdk.errors)
    patient = Sdk(mode, binary, engine, home, ["--set", "yield_after=1"])
    async with patient.client:
        await check("wait_run for a long one", patient.waited_for)
    old = Sdk(mode, binary, engine, home, ["--tools", "pyrunner"])
    async with old.client:
        await check("get_system_context", old.context)
        await check("a learning is told to who needs it", old.learned)
        await check("run_with_retry repeats only what can be mended", old.retried)
        await check("settings are typed, in force at once, and no way out", old.configured)
    restarted = Sdk(mode, binary, engine, home, ["--tools", "pyrunner"])
    async with restarted.client:
        await check("learnings live through a restart", restarted.still_learned)
