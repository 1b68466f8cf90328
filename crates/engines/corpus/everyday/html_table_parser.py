from html.parser import HTMLParser
class Table(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.cell = [], None
    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""
    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell.strip())
            self.cell = None
table = Table()
table.feed("<table><tr><th>A</th><th>B &amp; C</th></tr><tr><td>1</td><td> 2&nbsp;</td></tr></table>")
print(table.rows)
