"""A remote MCP server that wants OAuth 2.1, and its authorization server, on loopback, by the standard library alone.

    oauth.py [KIND]

KIND is `willing` (the default) or `refusing` (the person says no). Access tokens live two seconds, and a refresh token is good
for one use. Prints its port and ends when its stdin is closed. POST /forget makes every token void; GET /counts says how often
tokens were issued by code and by refresh.
"""

import base64
import hashlib
import json
import secrets
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KIND = sys.argv[1] if len(sys.argv) > 1 else "willing"
LIFETIME = 2
TOOL = {"name": "echo", "description": "Answers with its text.", "inputSchema": {"type": "object"}}
CLIENTS, CODES, ACCESS, REFRESH = {}, {}, {}, set()
COUNTS = {"authorization_code": 0, "refresh_token": 0}
LOCK = threading.Lock()


def answer(message):
    method = message.get("method")
    if method == "initialize":
        return {"result": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                           "serverInfo": {"name": "oauth", "version": "1"}}}
    if method == "tools/list":
        return {"result": {"tools": [TOOL]}}
    if method == "tools/call":
        return {"result": {"content": [{"type": "text", "text": message["params"]["arguments"]["text"]}]}}
    return {"error": {"code": -32601, "message": "method not found"}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=None, **headers):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def here(self):
        return "http://127.0.0.1:%d" % self.server.server_address[1]

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path in ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
            return self.reply(200, {"resource": self.here() + "/mcp", "authorization_servers": [self.here()]})
        if path == "/.well-known/oauth-authorization-server":
            return self.reply(200, {
                "issuer": self.here(), "authorization_endpoint": self.here() + "/authorize",
                "token_endpoint": self.here() + "/token", "registration_endpoint": self.here() + "/register",
                "response_types_supported": ["code"], "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"], "token_endpoint_auth_methods_supported": ["none"]})
        if path == "/authorize":
            asked = dict(urllib.parse.parse_qsl(query))
            if asked["redirect_uri"] not in CLIENTS[asked["client_id"]] or asked["code_challenge_method"] != "S256":
                return self.reply(400)
            said = {"state": asked["state"]}
            if KIND == "refusing":
                said.update(error="access_denied", error_description="the person said no")
            else:
                code = secrets.token_urlsafe()
                CODES[code] = asked["code_challenge"]
                said["code"] = code
            return self.reply(302, Location=asked["redirect_uri"] + "?" + urllib.parse.urlencode(said))
        if path == "/counts":
            return self.reply(200, COUNTS)
        self.reply(405 if path == "/mcp" else 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/register":
            client = secrets.token_urlsafe()
            CLIENTS[client] = json.loads(body)["redirect_uris"]
            return self.reply(201, {"client_id": client, "redirect_uris": CLIENTS[client]})
        if self.path == "/token":
            return self.token(dict(urllib.parse.parse_qsl(body.decode())))
        if self.path == "/forget":
            ACCESS.clear()
            REFRESH.clear()
            return self.reply(200, {})
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if ACCESS.get(token, 0) < time.monotonic():
            metadata = self.here() + "/.well-known/oauth-protected-resource/mcp"
            return self.reply(401, WWW_Authenticate='Bearer resource_metadata="%s"' % metadata)
        message = json.loads(body)
        if "id" not in message:
            return self.reply(202)
        self.reply(200, {"jsonrpc": "2.0", "id": message["id"], **answer(message)})

    def token(self, asked):
        with LOCK:
            if asked["grant_type"] == "authorization_code":
                digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                right = CODES.pop(asked["code"], None) == challenge
            else:
                right = asked["refresh_token"] in REFRESH
                REFRESH.discard(asked["refresh_token"])
            if not right:
                return self.reply(400, {"error": "invalid_grant"})
            COUNTS[asked["grant_type"]] += 1
            access, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
            ACCESS[access] = time.monotonic() + LIFETIME
            REFRESH.add(refresh)
        self.reply(200, {"access_token": access, "token_type": "Bearer", "expires_in": LIFETIME, "refresh_token": refresh})


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
