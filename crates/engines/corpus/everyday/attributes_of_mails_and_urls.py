import email
import html
import ipaddress
import mimetypes
import urllib.parse
from email.message import EmailMessage
from html.parser import HTMLParser

message = EmailMessage()
message["Subject"] = "Résumé of the week"
message["From"] = "Anna <anna@example.org>"
message["To"] = "bob@example.org, Cy <cy@example.org>"
message.set_content("Hello,\nsee the table.\n")
message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="table.csv")
parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
print(parsed["subject"], parsed["to"].addresses[1].display_name, parsed.is_multipart(), [part.get_content_type() for part in parsed.walk()])
print([part.get_filename() for part in parsed.iter_attachments()], parsed.get_body().get_content().splitlines())
url = "https://user:pw@example.org:8443/a%20b/c;p?q=1&q=2&empty=&x=%C3%A9#frag"
parts = urllib.parse.urlsplit(url)
print(parts.hostname, parts.port, parts.username, urllib.parse.unquote(parts.path), urllib.parse.parse_qs(parts.query), urllib.parse.parse_qsl(parts.query, keep_blank_values=True)[2])
print(urllib.parse.urlencode({"a b": "ü&", "list": [1, 2]}, doseq=True), urllib.parse.urljoin("http://x/a/b", "../c?d"), urllib.parse.quote("/é ?", safe=""), parts._replace(fragment="").geturl())
print(html.escape("<a href='x'>&</a>"), html.unescape("&eacute;&lt;&#x41;&nbsp;|"), mimetypes.guess_type("a.tar.gz"), mimetypes.guess_extension("image/png"))
network = ipaddress.ip_network("10.1.0.0/22")
print(network.num_addresses, ipaddress.ip_address("10.1.3.9") in network, list(network.subnets(new_prefix=24))[1], ipaddress.ip_address("::1").is_loopback, ipaddress.ip_address("192.168.0.1").is_private)
try:
    ipaddress.ip_address("300.1.1.1")
except ValueError as error:
    print(error)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.text = [], []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.append(dict(attributes).get("href"))

    def handle_data(self, data):
        self.text.append(data.strip())


links = Links()
links.feed("<p>See <a href='/x'>this</a> &amp; <a class=y href=z>that</a><br/><script>1<2</script></p>")
print(links.links, [t for t in links.text if t], links.getpos())
