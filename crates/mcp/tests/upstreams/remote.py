"""An MCP server over HTTP on loopback for the tests, by the standard library alone.

    remote.py KIND

KIND is `streamable` (POST /mcp), `sse` (GET /sse and POST /messages), `elsewhere` (an SSE server that wants its messages
sent to another host) or `locked` (401 for everything). It prints its port, and ends when its stdin is closed.
"""

import json
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KIND = sys.argv[1]
EVENTS = queue.Queue()
TOOL = {"name": "echo", "description": "Answers with its text.", "inputSchema": {"type": "object"}}


def answer(message):
    method = message.get("method")
    if method == "initialize":
        return {"result": {"protocolVersion": "2025-03-26", "capabilities": {"tools": {}},
                           "serverInfo": {"name": "remote", "version": "1"}}}
    if method == "tools/list":
        return {"result": {"tools": [TOOL]}}
    if method == "tools/call":
        return {"result": {"content": [{"type": "text", "text": message["params"]["arguments"]["text"]}]}}
    return {"error": {"code": -32601, "message": "method not found"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if KIND == "locked" or self.headers.get("Authorization") != "Bearer hunter2-hunter2":
            return self.reply(401)
        path = "/mcp" if KIND == "streamable" else "/messages"
        if self.path != path:
            return self.reply(404)
        message = json.loads(body)
        if "id" not in message:
            return self.reply(202)
        result = json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer(message)})
        if KIND == "streamable":
            return self.reply(200, result.encode())
        EVENTS.put(result)
        self.reply(202)

    def do_GET(self):
        if KIND not in ("sse", "elsewhere") or self.path != "/sse":
            return self.reply(401 if KIND == "locked" else 405)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        endpoint = "/messages" if KIND == "sse" else "http://127.0.0.2:1/messages"
        self.wfile.write(f": hello\r\n\r\nevent: endpoint\r\ndata: {endpoint}\r\n\r\n".encode())
        self.wfile.flush()
        while True:
            event = EVENTS.get()
            self.wfile.write(f"event: message\ndata: {event}\n\n".encode())
            self.wfile.flush()

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
