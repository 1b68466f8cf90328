"""What mcp-pyrunner promised and did not do, by the official Python SDK against programs in the jail.

Each check begins with the number of the case in the list of its faults.
"""

import http.server
import json
import os
import subprocess
import threading
import time

import anyio

import expect
from sdk import PATIENCE, Sdk

PNG = "bytes.fromhex('89504e470d0a1a0a') + b'rest'"

READ = """import urllib.request
try:
    print(urllib.request.urlopen('http://127.0.0.1:%d/', timeout=5).status)
except OSError as error:
    print(getattr(error, 'code', 'refused'))
"""


class Old(Sdk):
    """The tools of mcp-pyrunner, beside the newer ones."""

    def __init__(self, binary, engine, home):
        super().__init__("legacy", binary, engine, home, ["--tools", "all"])

    async def blocks(self, code, **arguments):
        """The blocks behind the text of a result, each as its type and its title."""
        result = await self.raw({"code": code, **arguments}, tool="run_python")
        titles = {"text": lambda block: block["text"].split("\n")[0], "image": lambda block: block["mimeType"]}
        return [(block["type"], titles.get(block["type"], lambda _: "")(block)) for block in result["content"][1:]]

    async def report(self, tool, code, **arguments):
        return (await self.raw({"code": code, **arguments}, tool=tool))["_meta"]["codemode/report"]

    async def only_files_of_the_sandbox(self):
        """C1, C7: a name that is printed is a text, also when there is such a file, here or on the host."""
        expect.same(await self.blocks("print('see /etc/adduser.conf')"), [])
        expect.same(await self.blocks("open('old.txt', 'w').write('x')\nNone"), [("text", "old.txt")])
        expect.same(await self.blocks("print('Saved to: old.txt')"), [])

    async def files_made_inside_are_shown(self):
        """C2, C4, C6, C7: wherever they are, whatever is printed, also without a suffix."""
        code = ("import os\nos.makedirs('out', exist_ok=True)\nopen('out/a.png', 'wb').write(%s)\nopen('rel.txt', 'w').write('x')\n"
                "open('.env', 'w').write('A=1')\nprint('out/a.png\\nSaved to: rel.txt')" % PNG)
        expect.same(await self.blocks(code), [("image", "image/png"), ("text", ".env"), ("text", "rel.txt")])

    async def a_timeout_is_one(self):
        """C3: the answer comes at the timeout, and what was printed is in it."""
        began = time.perf_counter()
        report = await self.report("run_python", "print('partial')\nwhile True: pass", timeout=1)
        expect.same((report["ending"], report["stdout"]), ({"kind": "timeout", "seconds": 1.0}, "partial\n"))
        expect.same(time.perf_counter() - began < 5, True)

    async def every_kind_of_text_is_shown(self):
        """C5: it did not depend on how the server was started."""
        names = ["a.json", "b.csv", "c.tsv", "d.yaml"]
        code = "for name in %r:\n    open(name, 'w').write('1')" % names
        expect.same(await self.blocks(code), [("text", name) for name in names])

    async def the_rest_is_named(self):
        """C8: five are shown, in their order, and all are named with their address."""
        code = "for n in range(7):\n    open('n%d.txt' % n, 'w').write('x')"
        result = await self.raw({"code": code, "session_id": "seven"}, tool="execute_code")
        expect.same([block["text"].split("\n")[0] for block in result["content"][1:]], ["n%d.txt" % n for n in range(5)])
        named = result["content"][0]["text"].split("[files]\n")[1].split("\n")[:7]
        expect.same(named, ["n%d.txt (text/plain, 1 bytes): codemode://sessions/seven/n%d.txt" % (n, n) for n in range(7)])

    async def lines_arrive_before_the_end(self):
        """Claim 1: a line is there while the program goes on."""
        heard = []

        async def hear(progress, total, message):
            heard.append(message)

        code = "import time\nprint('early', flush=True)\ntime.sleep(1)\nprint('late')"
        await self.raw({"code": code}, tool="run_python_stream", progress=hear)
        expect.same("\n".join(heard).split(), ["early", "late"])

    async def pictures_are_pictures(self):
        """Claim 2: an image block, not text with base64 in it."""
        result = await self.raw({"code": "open('p.png', 'wb').write(%s)\nNone" % PNG}, tool="run_python")
        expect.same([block["type"] for block in result["content"]], ["text", "image"])
        expect.same("iVBOR" in result["content"][0]["text"], False)

    async def both_ways_run_in_the_same_place(self):
        """Claim 4: the one that streams runs where the other does."""
        places = [await self.report(tool, "print(1)") for tool in ["run_python", "run_python_stream", "run_with_retry"]]
        expect.same([(report["engine"], report["isolation"]) for report in places], [(self.engine, "full")] * 3)

    async def the_host_is_out_of_reach(self):
        """Claim 5: a service of the host answers the host, and no program."""
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            code = READ % server.server_address[1]
            report = await self.report("run_python", code)
            outside = {}
            exec(code, {"print": lambda said: outside.update(said=said)})
            server.shutdown()
        expect.same((report["stdout"], outside["said"]), ("refused\n", 200))

    async def what_did_not_help_is_counted(self):
        """Claim 7, D3: a learning is told to who needs it alone, and what became of it is counted."""
        learning = {"error_pattern": "substring not found", "solution": "use find", "context": ""}
        for _ in range(2):
            await self.said("add_learning", learning)
        fails = "'abc'.index('x')"
        report = await self.report("run_python", fails, description="look for a letter")
        expect.same(report["hints"], ['learned: for "substring not found" it helped: "use find"'])
        expect.same((await self.report("run_python", "[][0]"))["hints"], [])
        await self.report("run_python", fails, description="look for a letter")
        with anyio.fail_after(PATIENCE):
            while "did not help 1 times" not in await self.said("get_learnings", {"search": "substring"}):
                await anyio.sleep(0.01)

    async def found_in_other_words(self):
        """D4: the objective is found by a question that is not the same letter by letter."""
        lesson = {"objective": "resize a photo without losing its colours", "failed_approach": "img.resize",
                  "successful_approach": "convert to RGB first"}
        await self.said("record_semantic_failure", lesson)
        for question in ["resize a photo without losing its colours, please", "thumbnails look wrong"]:
            said = await self.said("get_learnings", {"search": question})
            expect.same(lesson["objective"] in said.split("\n")[0], True)

    async def learns_by_itself(self):
        """A failure and the program that mends it are a learning; nothing was asked for."""
        fails = "import json, datetime\nrows = [datetime.date(2026, 1, 2)]\nprint(json.dumps(rows))"
        works = "import json, datetime\nrows = [datetime.date(2026, 1, 2)]\nprint(json.dumps(rows, default=str))"
        for code in [fails, "print('look around')", works]:
            await self.raw({"code": code, "session_id": "mending"}, tool="execute_code")
        with anyio.fail_after(PATIENCE):
            while "default=str" not in await self.said("get_learnings", {"search": "date is not JSON serializable"}):
                await anyio.sleep(0.01)
        told = await self.report("run_python", "import json, datetime\njson.dumps(datetime.date.today())")
        hint = ('learned: for "TypeError: Object of type date is not JSON serializable" it helped: "instead of: '
                'print(json.dumps(rows))\\nwrite: print(json.dumps(rows, default=str))"')
        expect.same(told["hints"], [hint])


async def two_servers_lose_nothing(binary, home):
    """D1: of 40 learnings of two servers at once, 40 are kept."""
    servers = [Old(binary, "jail", home) for _ in range(2)]

    async def add(number, server):
        for count in range(20):
            learning = {"error_pattern": "failure %d of server %d" % (count, number), "solution": "wait", "context": ""}
            expect.same("is kept" in await server.said("add_learning", learning), True)

    async with servers[0].client, servers[1].client:
        async with anyio.create_task_group() as adding:
            for number, server in enumerate(servers):
                adding.start_soon(add, number, server)
    expect.same(len(kept(binary, home)), 40)


async def a_damaged_file_is_kept_aside(binary, home):
    """D2: what is left of it is not written over, and a new one begins."""
    folder = os.path.join(home, "codemode")
    database = os.path.join(folder, "codemode.sqlite")
    with open(database, "r+b") as file:
        file.seek(100)
        file.write(b"damage" * 1000)
    server = Old(binary, "jail", home)
    async with server.client:
        said = await server.said("add_learning", {"error_pattern": "after the damage", "solution": "wait", "context": ""})
        expect.same(said, "learning 1 is kept")
    aside = [name for name in os.listdir(folder) if ".damaged-" in name and not name.endswith(("-wal", "-shm"))]
    with open(os.path.join(folder, aside[0]), "rb") as file:
        expect.same(b"damage" * 1000 in file.read(), True)
    expect.same([learning["error_pattern"] for learning in kept(binary, home)], ["after the damage"])


def kept(binary, home):
    """The learnings of a user."""
    places = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"], home)
    command = [binary, "learnings", "list", "--limit", "1000", "--json"]
    done = subprocess.run(command, env=dict(os.environ, **places), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


async def checks(binary, home, check):
    await check("two servers lose nothing", lambda: two_servers_lose_nothing(binary, home))
    await check("a damaged file is kept aside", lambda: a_damaged_file_is_kept_aside(binary, home))
    old = Old(binary, "jail", home)
    async with old.client:
        await check("only files of the sandbox", old.only_files_of_the_sandbox)
        await check("files made inside are shown", old.files_made_inside_are_shown)
        await check("a timeout is one", old.a_timeout_is_one)
        await check("every kind of text is shown", old.every_kind_of_text_is_shown)
        await check("the rest is named", old.the_rest_is_named)
        await check("lines arrive before the end", old.lines_arrive_before_the_end)
        await check("pictures are pictures", old.pictures_are_pictures)
        await check("both ways run in the same place", old.both_ways_run_in_the_same_place)
        await check("the host is out of reach", old.the_host_is_out_of_reach)
        await check("what did not help is counted", old.what_did_not_help_is_counted)
        await check("found in other words", old.found_in_other_words)
        await check("learns by itself", old.learns_by_itself)
