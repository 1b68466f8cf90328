from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlparse, urlsplit
url = urlparse("https://user:pw@example.org:8443/a%20b/c;p?q=1&q=2&empty=#frag")
print(url.hostname, url.port, url.path, parse_qs(url.query, keep_blank_values=True), url.fragment)
print(urlencode({"a": "x y", "b": ["1", "2"]}, doseq=True), quote("ä/b c"), unquote("%E2%82%AC"))
print(urljoin("http://a/b/c", "../d"), urlsplit("//host/path").netloc)
