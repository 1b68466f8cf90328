import html
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from xml.dom import minidom

tree = ET.fromstring("<shop><item id='1' price='2.5'>Tea</item><item id='2' price='3'>Coffee</item><note>caf\u00e9</note></shop>")
print([(i.get("id"), i.text) for i in tree.iterfind("item")], sum(float(i.get("price")) for i in tree.iter("item")), tree.findtext("note"))
ET.SubElement(tree, "item", id="3").text = "<Milk> & more"
ET.indent(tree)
print(ET.tostring(tree, encoding="unicode"))
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as error:
    print(error)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_data(self, data):
        if data.strip():
            self.text.append(data.strip())


parser = Links()
parser.feed("<p>See <a href='/x?a=1&amp;b=2'>this</a> &amp; <a>that</a></p>")
print(parser.links, parser.text, html.escape("<a & 'b'>"), html.unescape("&eacute;&#33;"))
print(minidom.parseString("<r><c/></r>").documentElement.toprettyxml(indent=" "))
