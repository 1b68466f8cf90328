import http.client
import http.cookies
import io
import json
import socketserver
import urllib.error
import urllib.request
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from wsgiref.util import setup_testing_defaults


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"sum": sum(body)}).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

    def version_string(self):
        return "test"

    def date_time_string(self, timestamp=None):
        return "now"

    def log_message(self, form, *arguments):
        print("log:", form % arguments)


class Connection:
    def __init__(self, request):
        self.request, self.answer = io.BytesIO(request), io.BytesIO()

    def makefile(self, mode, *_):
        return self.request

    def sendall(self, data):
        self.answer.write(data)


body = b"[1, 2, 3]"
connection = Connection(b"POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
Handler(connection, ("client", 1), None)
print(connection.answer.getvalue().decode())
bad = Connection(b"BREW / HTTP/1.1\r\n\r\n")
Handler(bad, ("client", 1), None)
print(bad.answer.getvalue().split(b"\r\n")[0])


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()]


environ = {"PATH_INFO": "/hello"}
setup_testing_defaults(environ)
print(application(environ, lambda status, headers: print(status, headers)))
cookie = http.cookies.SimpleCookie("a=1; b=two")
cookie["c"] = "x y"
cookie["c"]["path"] = "/"
print(cookie["b"].value, cookie.output(header=""), HTTPStatus(404).phrase, http.client.responses[418])
request = urllib.request.Request("http://example.org/x", data=b"d", headers={"X-Y": "1"}, method="PUT")
print(request.get_method(), request.host, request.header_items(), request.selector)
try:
    urllib.request.urlopen("nonsense:thing")
except (urllib.error.URLError, ValueError) as error:
    print(type(error).__name__, error)
