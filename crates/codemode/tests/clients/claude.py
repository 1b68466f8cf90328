"""Real Claude Code as the client, with a scripted model on loopback: what a model would be shown.

The model is a small server that speaks as much of the Messages API as Claude Code asks for. It calls execute_code once for
each program, in order, and keeps every request; nothing leaves this machine.
"""

import http.server
import json
import os
import subprocess
import sys
import threading

import expect

PATIENCE = 120

TOOL = "mcp__codemode__execute_code"

# A picture of one red point, made without any package.
PICTURE = """
import struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
head = chunk(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 2, 0, 0, 0))
body = chunk(b'IDAT', zlib.compress(b'\\0\\xff\\0\\0')) + chunk(b'IEND', b'')
open('point.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + head + body)
print('drawn')
"""

# A server of our own tests, with a tool whose answer has text, a picture and more.
UPSTREAM = os.path.join(os.path.dirname(__file__), "..", "..", "..", "mcp", "tests", "upstreams", "hostile.py")


class Model(http.server.ThreadingHTTPServer):
    """Asks for one program after the other, then says that it is done."""

    def __init__(self, programs):
        super().__init__(("127.0.0.1", 0), Answer)
        self.programs = programs
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reply(self, request):
        """The block that answers a request: a call of our tool, or text."""
        if not any(tool["name"] == TOOL for tool in request.get("tools", [])):
            return {"type": "text", "text": "nothing to do"}
        self.requests.append(request)
        turn = len(self.results())
        if turn == len(self.programs):
            return {"type": "text", "text": "done"}
        return {"type": "tool_use", "id": "toolu_%d" % turn, "name": TOOL, "input": {"code": self.programs[turn]}}

    def results(self):
        """What the model was given back, call by call."""
        blocks = [block for message in self.requests[-1]["messages"] if isinstance(message["content"], list)
                  for block in message["content"]]
        return [block for block in blocks if block["type"] == "tool_result"]


class Answer(http.server.BaseHTTPRequestHandler):
    """One request of the client, answered as a stream of events."""

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "count_tokens" in self.path:
            return self.say("application/json", json.dumps({"input_tokens": 100}))
        block = self.server.reply(request)
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": request["model"], "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 10, "output_tokens": 1}}
        reason = "tool_use" if block["type"] == "tool_use" else "end_turn"
        if not request.get("stream"):
            return self.say("application/json", json.dumps({**message, "content": [block], "stop_reason": reason}))
        if reason == "tool_use":
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        else:
            start, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
        events = [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None},
             "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
        lines = ["event: %s\ndata: %s\n\n" % (event["type"], json.dumps(event)) for event in events]
        return self.say("text/event-stream", "".join(lines))

    def say(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def converse(folder, binary, engine, home, programs):
    """Everything that a model was asked while Claude Code ran these programs for it."""
    model = Model(programs)
    upstreams = os.path.join(home, "mcp_servers.json")
    with open(upstreams, "w") as file:
        json.dump({"mcpServers": {"studio": {"command": sys.executable, "args": [os.path.realpath(UPSTREAM)]}}}, file)
    arguments = ["serve", "--engine", engine, "--servers", upstreams]
    servers = {"mcpServers": {"codemode": {"command": binary, "args": arguments}}}
    claude = os.path.join(folder, "claude", "node_modules", ".bin", "claude")
    places = dict.fromkeys(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"], home)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANTHROPIC_", "CLAUDE"))}
    environment = {
        **kept,
        **places,
        "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:%d" % model.server_address[1],
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        # Else it gives up waiting for a server on a machine that is busy, and its first request has no tools at all.
        "MCP_CONNECTION_NONBLOCKING": "false",
        "NO_PROXY": "127.0.0.1",
    }
    command = [claude, "-p", "Run the programs.", "--mcp-config", json.dumps(servers), "--strict-mcp-config",
               "--allowedTools", TOOL]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, cwd=home,
                          env=environment)
    model.shutdown()
    if done.returncode or done.stdout != "done\n":
        raise AssertionError("code %d\n%s\n%s" % (done.returncode, done.stdout, done.stderr))
    return model


def texts(result):
    """The text that a model reads in a result."""
    content = result["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return "".join(block["text"] for block in blocks if block["type"] == "text")


async def checks(folder, binary, engine, home, check):
    seen = {}

    async def all_programs_run():
        programs = ["print('hello')\n6 * 7", PICTURE, "print('before')\nraise ValueError('no such thing')",
                    "print(studio.echo('over there')['echo'])\nfor part in studio.picture():\n    display(part)"]
        seen["model"] = converse(folder, binary, engine, home, programs)
        expect.same(len(seen["model"].results()), len(programs))

    async def the_tools_are_there_from_the_first_request():
        first = seen["model"].requests[0]
        ours = [tool["name"] for tool in first["tools"] if tool["name"].startswith("mcp__")]
        expect.same(sorted(ours), [TOOL, "mcp__codemode__search_tools"])
        described = next(tool for tool in first["tools"] if tool["name"] == TOOL)
        expect.same(sorted(described["input_schema"]["properties"]),
                    ["code", "description", "files", "language", "packages", "session_id", "timeout", "variables"])

    async def text_arrives_whole():
        result = seen["model"].results()[0]
        expect.same(expect.masked(texts(result)), "hello\n[value]\n42\n" + expect.closing(engine))
        expect.same(result.get("is_error", False), False)

    async def a_picture_arrives_as_one():
        result = seen["model"].results()[1]
        images = [block["source"]["media_type"] for block in result["content"] if block["type"] == "image"]
        expect.same(images, ["image/png"])
        expect.same(texts(result).startswith("drawn\n[files]\npoint.png (image/png, "), True)

    async def an_error_arrives_as_one():
        result = seen["model"].results()[2]
        traceback = 'Traceback (most recent call last):\n  File "main.py", line 2, in <module>\n' \
            "    raise ValueError('no such thing')\nValueError: no such thing\n"
        expect.same(expect.masked(texts(result)), "before\n[error]\n" + traceback + expect.closing(engine))
        expect.same(result["is_error"], True)

    async def what_a_server_answered_is_shown():
        result = seen["model"].results()[3]
        images = [block["source"]["media_type"] for block in result["content"] if block["type"] == "image"]
        expect.same(images, ["image/png"])
        expect.same(texts(result).startswith("over there\n[run "), True)
        expect.same("```\na pixel\n```" in texts(result) and "```\ninside\n```" in texts(result), True)

    await check("the programs run", all_programs_run)
    if "model" in seen:
        await check("the tools are there from the first request", the_tools_are_there_from_the_first_request)
        await check("text arrives whole", text_arrives_whole)
        await check("a picture arrives as one", a_picture_arrives_as_one)
        await check("an error arrives as one", an_error_arrives_as_one)
        await check("what a server answered is shown", what_a_server_answered_is_shown)
