import http.server
import threading
import urllib.request
import urllib.error


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/ok"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(b"found" if found else b"nothing")

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
print(urllib.request.urlopen(base + "/ok").read())
try:
    urllib.request.urlopen(base + "/x")
except urllib.error.HTTPError as error:
    print(error.code, error.read())
server.shutdown()
