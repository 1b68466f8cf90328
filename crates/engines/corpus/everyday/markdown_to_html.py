import html
import re
text = """# Title & more

Some *emphasis*, **strong** words and `code <b>`.
A [link](https://example.org/?a=1&b=2).

- one
- two *2*

1. first
2. second

> quoted
"""
def inline(line):
    line = html.escape(line, quote=False)
    line = re.sub(r"`([^`]+)`", r"<code>\1</code>", line)
    line = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", line)
    line = re.sub(r"\*(.+?)\*", r"<em>\1</em>", line)
    return re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', line)
out = []
for block in re.split(r"\n\s*\n", text.strip()):
    lines = block.splitlines()
    if heading := re.match(r"(#+) (.*)", block):
        out.append("<h{0}>{1}</h{0}>".format(len(heading[1]), inline(heading[2])))
    elif all(line.startswith("- ") for line in lines):
        out.append("<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>")
    elif all(re.match(r"\d+\. ", line) for line in lines):
        out.append("<ol>" + "".join(f"<li>{inline(line.split('. ', 1)[1])}</li>" for line in lines) + "</ol>")
    elif block.startswith("> "):
        out.append(f"<blockquote>{inline(block[2:])}</blockquote>")
    else:
        out.append(f"<p>{inline(' '.join(lines))}</p>")
print("\n".join(out))
