"""Pictures, tables and files of real programs in the jail, as clients see them: the official Python SDK, and Claude Code with a
scripted model on loopback. The packages come from the index."""

import base64
import struct

import claude
import expect
from sdk import Sdk

CHART = """import matplotlib.pyplot as plt
plt.bar(['spring', 'summer'], [3, 5])
plt.title('visitors')
plt.show()
"""

PHOTO = """from PIL import Image
photo = Image.effect_noise((4000, 3000), 60).convert('RGB')
photo.save('photo.jpg', quality=95)
photo.resize((400, 300)).save('small.jpg')
"""

DRAWING = """open('logo.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40">'
                            '<circle cx="20" cy="20" r="15" fill="teal"/></svg>')
None
"""

REPORT = """import csv
with open('report.csv', 'w', newline='') as file:
    csv.writer(file).writerows([['city', 'visitors'], ['Oslo', 3], ['Rome', 5]])
"""

PAPER = """import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 3])
figure.savefig('paper.pdf')
plt.close(figure)
"""

DATABASE = """import sqlite3
with sqlite3.connect('data.sqlite') as base:
    base.execute('create table t (n)')
    base.executemany('insert into t values (?)', [(n,) for n in range(3)])
base.close()
"""

TABLE = """import pandas as pd
frame = pd.DataFrame({'city': ['Oslo', 'Rome'], 'visitors': [3, 5]})
display(frame)
None
"""

SCANS = """from PIL import Image
for name in ['scan.tiff', 'scan.bmp']:
    Image.new('RGB', (30, 20), (200, 30, 30)).save(name)
"""

PROGRAMS = [CHART, PHOTO, DRAWING, REPORT, PAPER, DATABASE, TABLE, SCANS]


def seen(block):
    """A block as who looks at it would say it."""
    if block["type"] == "image":
        data = base64.b64decode(block["data"])
        size = struct.unpack(">II", data[16:24]) if block["mimeType"] == "image/png" else jpeg_size(data)
        return "%s %dx%d" % (block["mimeType"], *size)
    if block["type"] == "resource_link":
        return "link %s %s" % (block["name"], block["mimeType"])
    if block["type"] == "resource":
        resource = block["resource"]
        return "resource %s %s" % (resource["uri"].rsplit("/", 1)[1], resource["mimeType"])
    return block["text"]


def jpeg_size(data):
    place = 2
    while data[place + 1] not in (0xC0, 0xC1, 0xC2):
        place += 2 + struct.unpack(">H", data[place + 2:place + 4])[0]
    height, width = struct.unpack(">HH", data[place + 5:place + 9])
    return width, height


class Artifacts(Sdk):
    async def blocks(self, code):
        arguments = {"code": code, "session_id": "artifacts", "timeout": 60}
        result = await self.raw(arguments)
        if result["isError"]:
            raise AssertionError(result["content"][0]["text"])
        return [seen(block) for block in result["content"][1:]]

    async def a_chart(self):
        """No savefig: what is shown is displayed."""
        expect.same([block.split()[0] for block in await self.blocks(CHART)], ["image/png"])

    async def a_photo(self):
        """A photo with more pixels than models look at comes smaller, with the way to the original."""
        shown = ["image/jpeg 1568x1176", "image/jpeg 400x300", "link photo.jpg image/jpeg"]
        expect.same(await self.blocks(PHOTO), shown)

    async def a_drawing(self):
        expect.same(await self.blocks(DRAWING), ["image/png 80x40", "resource logo.svg image/svg+xml"])

    async def a_report(self):
        expect.same(await self.blocks(REPORT), ["report.csv\n```csv\ncity,visitors\r\nOslo,3\r\nRome,5\r\n```"])

    async def a_paper(self):
        expect.same(await self.blocks(PAPER), ["resource paper.pdf application/pdf"])

    async def a_database(self):
        expect.same(await self.blocks(DATABASE), ["resource data.sqlite application/vnd.sqlite3"])
        read = await self.client.read_resource("codemode://sessions/artifacts/data.sqlite")
        expect.same(base64.b64decode(read.contents[0].blob)[:15], b"SQLite format 3")

    async def a_table(self):
        """As text for the model, and as HTML for who looks."""
        text = "```\n   city  visitors\n0  Oslo         3\n1  Rome         5\n```"
        expect.same(await self.blocks(TABLE), [text, "resource 1 text/html"])

    async def scans(self):
        shown = ["image/png 30x20"] * 2 + ["resource scan.bmp image/bmp", "resource scan.tiff image/tiff"]
        expect.same(await self.blocks(SCANS), shown)


async def checks(folder, binary, home, check, check_claude):
    sdk = Artifacts("legacy", binary, "jail", home, ["--set", "limits.workspace=512MiB"])
    # The first run fetches what the programs import.
    async with sdk.client:
        for name in ["a_chart", "a_photo", "a_drawing", "a_report", "a_paper", "a_database", "a_table", "scans"]:
            await check(name.replace("_", " "), getattr(sdk, name))

    async def claude_sees_them():
        model = claude.converse(folder, binary, "jail", home, PROGRAMS)
        pictures = []
        for result in model.results():
            content = result["content"] if isinstance(result["content"], list) else []
            pictures.append([block["source"]["media_type"] for block in content if block["type"] == "image"])
        kinds = [["image/png"], ["image/jpeg", "image/jpeg"], ["image/png"], [], [], [], [], ["image/png", "image/png"]]
        expect.same(pictures, kinds)
        texts = [claude.texts(result) for result in model.results()]
        expect.same("Oslo,3" in texts[3] and "paper.pdf" in texts[4] and "data.sqlite" in texts[5] and "Rome" in texts[6], True)

    await check_claude("pictures and files of the jail", claude_sees_them)
