"""The Python guest: runs inside the interpreter and speaks the guest protocol (PROTOCOL.md).

Started as `python3 -I -X utf8 -c <this text> DESCRIPTOR`. The program gets a `__main__` module of its own and sees
nothing of this file but `display`.
"""

import ast
import builtins
import json
import os
import sys
import threading
import types

FRAME_BYTES_MAX = 16 * 1024 * 1024
DISPLAY_BYTES_MAX = 8 * 1024 * 1024
TRACEBACK_CHARS_MAX = 20_000
NO_VALUE = object()


class Link:
    """Frames over the protocol's descriptor. References are taken now: a program may replace what modules hold."""

    def __init__(self, descriptor, write=os.write, read=os.read, encode=json.JSONEncoder().encode, decode=json.loads):
        self.descriptor, self.read_bytes, self.decode = descriptor, read, decode
        self.write_bytes, self.encode = write, encode
        self.lock = threading.Lock()
        self.owner = os.getpid()
        os.set_inheritable(descriptor, False)

    def send(self, **message):
        # A fork of the program must not speak for its parent.
        if os.getpid() != self.owner:
            return
        body = self.encode(message).encode("utf-8", "replace")
        frame = len(body).to_bytes(4, "big") + body
        with self.lock:
            while frame:
                frame = frame[self.write_bytes(self.descriptor, frame):]

    def receive(self):
        header = self.exactly(4)
        return header and self.decode(self.exactly(int.from_bytes(header, "big")))

    def exactly(self, count):
        parts = []
        while count:
            part = self.read_bytes(self.descriptor, min(count, 1 << 20))
            if not part:
                return None
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class Interpreter:
    """The module that programs run in, and what is kept between the runs of a session."""

    def __init__(self, link):
        self.link = link
        self.module = types.ModuleType("__main__")
        self.module.__builtins__ = builtins
        self.module.__annotations__ = {}
        self.loop = None
        self.runs = 0
        self.nonce = ""

    def prepare(self, run):
        self.runs += 1
        self.nonce = run["nonce"]
        filename, workspace = run["filename"], run["workspace"]
        if self.runs > 1:
            # Functions of an earlier run keep their own source lines.
            filename = "%s#%d" % (filename, self.runs)
        os.chdir(workspace)
        if workspace not in sys.path:
            sys.path.insert(0, workspace)
        sys.modules["__main__"] = self.module
        sys.argv = [run["filename"]]
        self.module.__file__ = os.path.join(workspace, run["filename"])
        vars(self.module).update(run["variables"])
        remember_source(filename, run["code"])
        return filename

    def run(self, run):
        """Runs one program: its ending, and its value."""
        filename = self.prepare(run)
        try:
            tree = ast.parse(run["code"], filename)
            code, target = compile_program(tree, filename)
            value = self.execute(code, target, run["session"])
        except SystemExit as error:
            return exit_ending(error), None
        except BaseException as error:  # noqa: B036 - whatever the program raised is its ending
            return raise_ending(error, filename), None
        if value is not NO_VALUE and value is not None and run["session"]:
            self.module._ = value
        return {"kind": "finish"}, encode_value(value, run["value_chars_max"])

    def execute(self, code, target, session):
        scope = vars(self.module)
        result = self.await_result(eval(code, scope), session) if code.co_flags & 0x80 else eval(code, scope)
        if target is None:
            return NO_VALUE
        if target == RETURNED:
            function = scope.pop(RETURNED)
            result = function()
            return self.await_result(result, session) if function.__code__.co_flags & 0x80 else result
        if target == EXPRESSION:
            return scope.pop(EXPRESSION, NO_VALUE)
        del result
        return read_target(scope, target)

    def await_result(self, coroutine, session):
        import asyncio

        if not session:
            return asyncio.run(coroutine)
        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(coroutine)


EXPRESSION = "__codemode_value__"
RETURNED = "__codemode_program__"


def compile_program(tree, filename):
    """The code of a program and where its value will be: a marker name, an assignment's target, or None."""
    target = None
    if has_top_level(tree, ast.Return):
        wrap_in_function(tree)
        target = RETURNED
    elif tree.body:
        target = mark_value(tree)
    ast.fix_missing_locations(tree)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(tree, filename, "exec", flags, dont_inherit=True), target


def mark_value(tree):
    """Stores a last expression under a name; for an assignment tells its target."""
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        name = ast.Name(EXPRESSION, ast.Store())
        tree.body[-1] = ast.copy_location(ast.Assign([ast.copy_location(name, last)], last.value), last)
        return EXPRESSION
    if isinstance(last, ast.Assign):
        return last.targets[-1]
    if isinstance(last, ast.AugAssign) or (isinstance(last, ast.AnnAssign) and last.value is not None):
        return last.target
    return None


def read_target(scope, target):
    """The value of an assignment's target, read without running code of the program's objects twice."""
    if isinstance(target, ast.Name):
        return scope.get(target.id, NO_VALUE)
    if isinstance(target, (ast.Tuple, ast.List)) and all(isinstance(item, ast.Name) for item in target.elts):
        return [scope.get(item.id) for item in target.elts]
    return NO_VALUE


def has_top_level(tree, kind):
    """Whether a node of this kind stands outside every function and class."""
    open_nodes = list(tree.body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, kind):
            return True
        if not isinstance(node, SCOPES):
            open_nodes.extend(ast.iter_child_nodes(node))
    return False


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def wrap_in_function(tree):
    """Makes a top-level return legal: the program becomes a function whose names are all globals."""
    asynchronous = has_top_level(tree, (ast.Await, ast.AsyncFor, ast.AsyncWith))
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    body = [node for node in tree.body if node not in futures]
    names = sorted(bound_names(body))
    kind = ast.AsyncFunctionDef if asynchronous else ast.FunctionDef
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    fields = dict(name="<module>", args=nothing, body=[ast.Global(names), *body] if names else body)
    fields.update(decorator_list=[], returns=None, lineno=1, col_offset=0)
    if sys.version_info >= (3, 12):
        fields["type_params"] = []
    function = kind(**fields)
    bind = ast.parse("%s = globals().pop('<module>')" % RETURNED).body[0]
    tree.body = [*futures, ast.Global(["<module>"]), function, bind]


def bound_names(body):
    """Names that the statements bind at module level."""
    names = set()
    open_nodes = list(body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            names.update(item.target.id for item in ast.walk(node) if isinstance(item, ast.NamedExpr))
            continue
        name = getattr(node, "name", None)
        if isinstance(name, str) and not isinstance(node, ast.alias):
            names.add(name)
        rest = getattr(node, "rest", None)
        if isinstance(rest, str):
            names.add(rest)
        if not isinstance(node, SCOPES):
            open_nodes.extend(ast.iter_child_nodes(node))
    return names


def remember_source(filename, code):
    import linecache

    lines = [line + "\n" for line in code.split("\n")]
    linecache.cache[filename] = (len(code), None, lines, filename)


def exit_ending(error):
    """What CPython makes of SystemExit."""
    code = error.code
    if code is None:
        return {"kind": "finish"}
    if isinstance(code, int):
        return {"kind": "exit", "code": code & 0xFF}
    print(code, file=sys.stderr)
    return {"kind": "exit", "code": 1}


def raise_ending(error, filename):
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
    module = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    exception = {
        "type": name,
        "message": safely(str, error),
        "traceback": clip(render_traceback(error, filename), TRACEBACK_CHARS_MAX),
        "module": module if isinstance(module, str) else None,
    }
    return {"kind": "raise", "exception": exception}


def render_traceback(error, filename):
    import traceback

    try:
        trim_frames(error, filename.split("#")[0], set())
        return "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip("\n")
    except Exception as trouble:
        return "<traceback failed: %s>" % type(trouble).__name__


def trim_frames(error, filename, seen):
    """Drops the frames above the program's first, in the exception and in those that it came from."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    own = error.__traceback__
    while own is not None and own.tb_frame.f_code.co_filename.split("#")[0] != filename:
        own = own.tb_next
    error.__traceback__ = own
    trim_frames(error.__cause__, filename, seen)
    trim_frames(error.__context__, filename, seen)
    for inner in getattr(error, "exceptions", ()):
        trim_frames(inner, filename, seen)


def safely(function, value):
    try:
        return str(function(value))
    except BaseException as error:  # noqa: B036 - a hostile __repr__ must not end the run
        return "<%s failed: %s>" % (function.__name__, type(error).__name__)


def clip(text, chars_max):
    if len(text) <= chars_max:
        return text
    side = max(chars_max // 2 - 32, 16)
    return "%s\n[... %d characters left out ...]\n%s" % (text[:side], len(text) - 2 * side, text[-side:])


def encode_value(value, chars_max):
    if value is NO_VALUE or value is None:
        return None
    if is_json(value, 0):
        short, cut = shorten(value, chars_max)
        return {"json": short, "cut": cut}
    text = safely(repr, value)
    return {"text": clip(text, chars_max), "cut": len(text) > chars_max}


def is_json(value, depth):
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return kind is not int or value.bit_length() < 4096
    if kind is float:
        return value == value and value not in (float("inf"), float("-inf"))
    if depth > 60:
        return False
    if kind in (list, tuple):
        return all(is_json(item, depth + 1) for item in value)
    if kind is dict:
        return all(type(key) is str and is_json(item, depth + 1) for key, item in value.items())
    return False


def shorten(value, chars_max):
    """The value, or as much of it as fits: text loses its middle, containers their later items."""
    if len(json.dumps(value, ensure_ascii=False)) <= chars_max:
        return value, False
    if isinstance(value, str):
        return clip(value, chars_max), True
    short, left = ([], chars_max - 64) if not isinstance(value, dict) else ({}, chars_max - 64)
    items = value.items() if isinstance(value, dict) else enumerate(value)
    count = 0
    for key, item in items:
        item, _ = shorten(item, max(left // 2, 16))
        left -= len(json.dumps(item, ensure_ascii=False)) + len(str(key)) + 6
        if left < 0:
            break
        count += 1
        short.append(item) if isinstance(short, list) else short.update({key: item})
    note = "... %d of %d items left out ..." % (len(value) - count, len(value))
    short.append(note) if isinstance(short, list) else short.update({"...": note})
    return short, True


MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"))
PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
            ".webp": "image/webp", ".svg": "image/svg+xml"}


def picture(value):
    """The type and bytes of what can be shown as a picture, or None."""
    if isinstance(value, (bytes, bytearray)):
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
        link, nonce = interpreter.link, interpreter.nonce
        found = picture(value)
        if found is not None:
            kind, data = found
            if len(data) > DISPLAY_BYTES_MAX:
                raise ValueError("display: %d bytes are more than %d" % (len(data), DISPLAY_BYTES_MAX))
            import base64

            return link.send(type="display", nonce=nonce, mime_type=kind, name=name, base64=base64.b64encode(data).decode())
        if isinstance(value, (dict, list)) and is_json(value, 0):
            return link.send(type="display", nonce=nonce, mime_type="application/json", name=name, text=json.dumps(value, indent=2))
        text = value if isinstance(value, str) else safely(repr, value)
        link.send(type="display", nonce=nonce, mime_type="text/plain", name=name, text=clip(text, 200_000))

    return display


def open_streams():
    """Whole lines leave at once; what cannot be encoded is passed on as it is."""
    import io

    def stream(descriptor, errors):
        raw = io.FileIO(descriptor, "w", closefd=False)
        return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors, line_buffering=True)

    sys.stdout = sys.__stdout__ = stream(1, "surrogateescape")
    sys.stderr = sys.__stderr__ = stream(2, "backslashreplace")


def flush_streams():
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            # A program may close or replace its streams; what it did not flush then is lost in CPython too.
            pass


def end_like_an_interpreter():
    """What CPython does after the last line: waits for threads, then runs the exit handlers."""
    import atexit

    for step in (threading._shutdown, atexit._run_exitfuncs):
        try:
            step()
        except BaseException as error:  # noqa: B036 - an exit handler does not change the ending
            sys.excepthook(type(error), error, error.__traceback__)


def status_of(ending):
    return {"finish": 0, "raise": 1}.get(ending["kind"], ending.get("code", 1))


def add_layers():
    """Folders of packages that codemode installed; the program's own folder stays in front of them."""
    layers = os.environ.pop("CODEMODE_LAYERS", "")
    if layers:
        import site

        for layer in layers.split(os.pathsep):
            site.addsitedir(layer)


def serve(link):
    add_layers()
    interpreter = Interpreter(link)
    builtins.display = make_display(interpreter)
    runtime = "CPython %d.%d.%d" % sys.version_info[:3]
    link.send(type="ready", version=1, runtime=runtime)
    while True:
        run = link.receive()
        if run is None:
            os._exit(0)
        nonce = run["nonce"]
        ending, value = interpreter.run(run)
        if os.getpid() != link.owner:
            if ending["kind"] == "raise":
                print(ending["exception"]["traceback"], file=sys.stderr)
            end_child(ending)
        if not run["session"]:
            if ending["kind"] == "raise":
                flush_streams()
            end_like_an_interpreter()
        flush_streams()
        try:
            link.send(type="done", nonce=nonce, ending=ending, value=value)
        except OSError:
            # The program closed the link: only the exit status can tell how it ended.
            os._exit(status_of(ending))
        if not run["session"]:
            os._exit(status_of(ending))
        if sys.stdout.closed or sys.stderr.closed:
            open_streams()


def end_child(ending):
    """The end of a process that the program forked and that ran off the program's end."""
    end_like_an_interpreter()
    flush_streams()
    os._exit(status_of(ending))


if __name__ == "__main__":
    open_streams()
    serve(Link(int(sys.argv[-1])))
