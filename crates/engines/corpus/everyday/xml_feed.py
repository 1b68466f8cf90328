import xml.etree.ElementTree as ET
feed = """<rss><channel><title>News</title>
<item id="1"><title>One</title><pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate></item>
<item id="2"><title>Two &lt;2&gt;</title><pubDate>Tue, 02 Jan 2024 11:30:00 GMT</pubDate></item></channel></rss>"""
from email.utils import parsedate_to_datetime
root = ET.fromstring(feed)
for item in root.iter("item"):
    print(item.get("id"), item.findtext("title"), parsedate_to_datetime(item.findtext("pubDate")).isoformat())
ET.SubElement(root.find("channel"), "item", id="3").text = "new"
print(ET.tostring(root, encoding="unicode")[-60:])
