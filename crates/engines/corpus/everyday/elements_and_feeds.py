import xml.etree.ElementTree as ET
from xml.dom import minidom
root = ET.Element("library", {"city": "Köln"})
for title, year, tags in [("A & B", 1999, ["x", "y"]), ("C<D>", 2005, [])]:
    book = ET.SubElement(root, "book", year=str(year))
    ET.SubElement(book, "title").text = title
    for tag in tags:
        ET.SubElement(book, "tag").text = tag
ET.indent(root)
print(ET.tostring(root, encoding="unicode"))
print([b.findtext("title") for b in root.iterfind("book[@year='1999']")], [t.text for t in root.iter("tag")], root.find("book/tag").text, len(root))
namespaces = {"a": "http://www.w3.org/2005/Atom"}
feed = ET.fromstring('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title></entry><entry><title>Two</title></entry></feed>')
print([e.find("a:title", namespaces).text for e in feed.findall("a:entry", namespaces)], feed.tag)
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as error:
    print(error, error.position)
print(minidom.parseString("<r><i n='1'/><i n='2'>t</i></r>").toprettyxml(indent=" "), [i.getAttribute("n") for i in minidom.parseString("<r><i n='1'/></r>").getElementsByTagName("i")])
