import xml.dom.minidom
import xml.etree.ElementTree as ET

source = """<?xml version="1.0"?>
<library xmlns:x="urn:extra">
  <book id="1" x:lang="en"><title>Dune</title><price>9.5</price></book>
  <book id="2"><title>Emma &amp; co</title><price>7</price><!-- note --></book>
  <shelf><book id="3"><title>Deep</title></book></shelf>
</library>"""
root = ET.fromstring(source)
print(root.tag, [b.get("id") for b in root.iter("book")], [t.text for t in root.findall("book/title")], root.find("book[@id='2']/price").text)
print(root.findtext("shelf/book/title"), root[0].attrib, [e.tag for e in root.findall(".//book[title='Dune']/*")], sum(float(p.text) for p in root.iter("price")))
new = ET.SubElement(root, "book", id="4")
ET.SubElement(new, "title").text = "Added <now>"
root.remove(root.find("shelf"))
ET.indent(root, " ")
print(ET.tostring(root, encoding="unicode"))
ET.ElementTree(root).write("out.xml", encoding="utf-8", xml_declaration=True)
print(open("out.xml").readline().strip(), [event for event, _ in ET.iterparse("out.xml", events=("start", "end"))][:4])
document = xml.dom.minidom.parseString("<a><b c='1'>t</b></a>")
print(document.toprettyxml(indent="  ").splitlines(), document.getElementsByTagName("b")[0].getAttribute("c"))
for bad in ("<a><b></a>", "<a>&nope;</a>", ""):
    try:
        ET.fromstring(bad)
    except ET.ParseError as error:
        print(error, error.position)
parser = ET.XMLPullParser(["end"])
parser.feed("<r><i>1</i>")
print([e.text for _, e in parser.read_events()])
