"""What `display` shows, and what is shown without it: PROTOCOL.md, "display". Runs in one text with runner.py, in front of it."""

import builtins
import json
import os
import sys

DISPLAY_BYTES_MAX = 8 * 1024 * 1024
DISPLAY_CHARS_MAX = 200_000
TABLE_ROWS_MAX = 60

MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
            ".webp": "image/webp", ".svg": "image/svg+xml"}


def picture(value):
    """The type and bytes of what can be shown as a picture, or None."""
    if isinstance(value, (bytes, bytearray)):
        if value[:4] == b"RIFF" and value[8:12] == b"WEBP":
            return "image/webp", bytes(value)
        return next(((kind, bytes(value)) for magic, kind in MAGIC if value.startswith(magic)), None)
    if isinstance(value, (str, os.PathLike)):
        suffix = os.path.splitext(os.fspath(value))[1].lower()
        if suffix in PICTURES and os.path.isfile(value):
            with open(value, "rb") as file:
                return PICTURES[suffix], file.read(DISPLAY_BYTES_MAX + 1)
        return None
    return picture_of_object(value)


def picture_of_object(value):
    import io

    for method, kind in (("_repr_png_", "image/png"), ("_repr_jpeg_", "image/jpeg"), ("_repr_svg_", "image/svg+xml")):
        made = getattr(type(value), method, None) and getattr(value, method)()
        if made:
            return kind, made.encode() if isinstance(made, str) else made
    buffer = io.BytesIO()
    if hasattr(value, "savefig"):
        value.savefig(buffer, format="png", bbox_inches="tight")
        return "image/png", buffer.getvalue()
    if type(value).__module__.startswith("PIL.") and hasattr(value, "save"):
        value.save(buffer, format="PNG")
        return "image/png", buffer.getvalue()
    return None


def make_display(interpreter):
    def display(value, name=None):
        """Shows a picture, a figure, a table or any value to the reader of the result."""
        name = None if name is None else clip(safely(str, name), NAME_CHARS_MAX)
        shown = {"type": "display", "nonce": interpreter.nonce, "name": name}
        for part in rendered(value):
            interpreter.link.send(**shown, **part)

    return display


def rendered(value):
    """What a value is shown as, in order: one thing, or for a table its text and how it looks."""
    value = plain(value)
    if type(value) is Media:
        return [rendered_media(value)]
    found = picture(value)
    if found is not None:
        import base64

        kind, data = found
        if len(data) > DISPLAY_BYTES_MAX:
            raise ValueError("display: %d bytes are more than %d" % (len(data), DISPLAY_BYTES_MAX))
        return [{"mime_type": kind, "base64": base64.b64encode(data).decode()}]
    if type(value) in (dict, list):
        try:
            short, _, _ = shorten(value, DISPLAY_CHARS_MAX, 0)
            return [{"mime_type": "application/json", "text": json.JSONEncoder(indent=2, ensure_ascii=False).encode(short)}]
        except NotJson:
            pass
    text = safely(str if isinstance(value, str) else table_text, value)
    shown = [{"mime_type": "text/plain", "text": clip(text, DISPLAY_CHARS_MAX)}]
    html = safely(type(value)._repr_html_, value) if hasattr(type(value), "_repr_html_") else None
    if html and len(html) <= DISPLAY_CHARS_MAX:
        shown.append({"mime_type": "text/html", "text": html})
    return shown


def table_text(value):
    """A table with all of its columns: pandas leaves out those that a terminal of 80 characters has no room for."""
    if type(value).__module__.startswith("pandas.") and hasattr(value, "to_string"):
        return value.to_string(max_rows=TABLE_ROWS_MAX)
    return repr(value)


def show_by_display(pyplot):
    """There is no window: plt.show() displays the open figures, and then they are closed."""

    def show(*_, **__):
        for number in pyplot.get_fignums():
            builtins.display(pyplot.figure(number))
        pyplot.close("all")

    pyplot.show = show


def show_figures():
    """Displays the figures that are open at the end of a program and whose last state is in no file: matplotlib calls a
    figure stale from a change on until it is drawn."""
    pyplot, kept = sys.modules.get("matplotlib.pyplot"), sys.modules.get("matplotlib._pylab_helpers")
    try:
        # Most programs have none, and everything here is on the way of their answer.
        if pyplot is None or kept is not None and not kept.Gcf.figs:
            return
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            if figure.stale and figure.get_axes():
                builtins.display(figure)
    except Exception:
        # Whatever a program did to matplotlib, it ended as it ended.
        pass


