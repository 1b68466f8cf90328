import http.client
import http.server
import json
import threading
import urllib.error
import urllib.request


class Notes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    notes = {}

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        name = self.path.strip("/")
        if name in self.notes:
            self.answer(200, self.notes[name])
        else:
            self.answer(404, {"error": f"no note {name!r}"})

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        self.notes[self.path.strip("/")] = json.loads(self.rfile.read(length))
        self.answer(201, {"kept": length})

    def log_message(self, *arguments):
        pass


for kind in (http.server.HTTPServer, http.server.ThreadingHTTPServer):
    server = kind(("127.0.0.1", 0), Notes)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    request = urllib.request.Request(base + "/one", data=json.dumps({"a": [1, 2]}).encode(), method="PUT")
    with urllib.request.urlopen(request) as answer:
        print(answer.status, answer.headers["Content-Type"], json.load(answer))
    print(json.load(urllib.request.urlopen(base + "/one")))
    try:
        urllib.request.urlopen(base + "/two")
    except urllib.error.HTTPError as error:
        print(error.code, error.reason, json.load(error))
    # One connection, several requests.
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    for path in ("/one", "/three"):
        connection.request("GET", path)
        answer = connection.getresponse()
        print(answer.status, answer.read())
    connection.close()
    server.shutdown()
    server.server_close()
    thread.join()
    print(kind.__name__, thread.is_alive())
