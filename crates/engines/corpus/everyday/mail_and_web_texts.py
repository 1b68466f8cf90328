import html
import ipaddress
import mimetypes
import urllib.parse as up
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from datetime import datetime, timezone
from http import HTTPStatus
message = EmailMessage()
message["Subject"], message["From"], message["To"] = "Grüße", "Ann <ann@example.org>", "bo@example.org, cy@example.org"
message.set_content("Hello\nthere")
message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="data.csv")
print(message["Subject"], message.get_content_type(), [part.get_content_type() for part in message.iter_parts()], [part.get_filename() for part in message.iter_attachments()])
print(parseaddr(message["From"]), format_datetime(datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)))
parts = up.urlsplit("https://user:pw@example.org:8443/a/b;p?q=1&q=2&e=#frag")
print(parts.hostname, parts.port, parts.username, up.parse_qs(parts.query, keep_blank_values=True), up.urljoin("http://a/b/c/d", "../x?y"), up.quote("a b/ü?"), up.unquote_plus("a+b%21"))
print(up.urlencode({"q": "a&b", "n": [1, 2]}, doseq=True), up.urlunsplit(("http", "h", "/p", "q=1", "")), html.escape("<a href='x'>"), html.unescape("&lt;&eacute;&#x41;&nbsp;|"))
net = ipaddress.ip_network("192.168.10.0/28")
print(net.num_addresses, net.broadcast_address, list(net.hosts())[:2], ipaddress.ip_address("192.168.10.5") in net, [str(s) for s in net.subnets(new_prefix=30)], ipaddress.ip_address("::1").is_loopback, int(ipaddress.ip_address("10.0.0.1")))
print(mimetypes.guess_type("a.png"), HTTPStatus(404).phrase, HTTPStatus.OK == 200)
