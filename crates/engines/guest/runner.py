"""The Python guest: runs inside the interpreter and speaks the guest protocol (PROTOCOL.md).

In one text with tools.py and display.py in front of it, and behind it what knows the place where it runs: process.py or
embedded.py. The program gets a `__main__` module of its own and sees nothing of these files but what they put beside the
builtins.
"""

import ast
import builtins
import gc
import io
import json
import linecache
import os
import sys
import threading
import types

FRAME_BYTES_MAX = 16 * 1024 * 1024
TRACEBACK_CHARS_MAX = 20_000
MESSAGE_CHARS_MAX = 10_000
NAME_CHARS_MAX = 200
NO_VALUE = object()
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class Interpreter:
    """The module that programs run in, and what is kept between the runs of a session."""

    def __init__(self, link):
        self.link = link
        self.module = None
        self.code = ""
        self.folder = None
        self.last_module = None
        self.loop = None
        self.runs = 0
        self.nonce = ""
        self.tools = Installed(link)

    def open_module(self):
        self.module = types.ModuleType("__main__")
        if "__annotations__" in globals():
            self.module.__annotations__ = {}
        self.module.__builtins__ = builtins

    def prepare(self, run):
        self.runs += 1
        self.nonce, self.code = run["nonce"], run["code"]
        filename, workspace = run["filename"], run["workspace"]
        if self.runs > 1:
            # Functions of an earlier run keep their own source lines.
            filename = "%s#%d" % (filename, self.runs)
        if current_folder() != workspace:
            os.chdir(workspace)
        if workspace not in sys.path:
            sys.path.insert(0, workspace)
        sys.modules["__main__"] = self.module
        sys.argv = [run["filename"]]
        self.module.__builtins__ = builtins
        self.module.__file__ = place = os.path.join(workspace, run["filename"])
        if sys.version_info < (3, 15):
            self.module.__cached__ = None
        vars(self.module).update(run["variables"])
        read_text_as(run["text_encoding"])
        self.tools.prepare(run)
        # Classes are looked for where their module says that it is.
        remember_source(run["code"], filename, place)
        return filename

    def run(self, run):
        """Runs one program: its ending, and its value."""
        filename = self.prepare(run)
        try:
            rewrite = use_results if self.tools.names and "await" in run["code"] else None
            code, target = compile_text(run["code"], filename, rewrite, run.get("last"))
            value = plain(self.execute(code, target, run["session"]))
        except SystemExit as error:
            return exit_ending(error), None
        except BaseException as error:  # noqa: B036 - whatever the program raised is its ending
            ending = raise_ending(error, filename)
            return call_excepthook(error, ending, filename), None
        if value is not NO_VALUE and value is not None and run["session"]:
            self.module._ = value
        return {"kind": "finish"}, encode_value(value, run["value_chars_max"])

    def execute(self, code, target, session):
        RECURSION.begin()
        scope = vars(self.module)
        result = self.await_result(eval(code, scope), session) if code.co_flags & 0x80 else eval(code, scope)
        if target is None:
            return NO_VALUE
        if type(target) is types.CodeType:
            return eval(target, scope)
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


    def source_file(self):
        """A file with the program's text, for processes that have to read it again."""
        import tempfile

        if self.folder is None:
            self.folder = tempfile.TemporaryDirectory(prefix="codemode-")
        path = os.path.join(self.folder.name, os.path.basename(self.module.__file__))
        with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(self.code)
        return path

    def end(self):
        """What CPython does after the last line: threads, exit handlers, then every object of the program."""
        import atexit

        for step in (threading._shutdown, atexit._run_exitfuncs):
            try:
                step()
            except BaseException as error:  # noqa: B036 - an exit handler does not change the ending
                sys.excepthook(type(error), error, error.__traceback__)
        flush_streams()
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        # CPython stops daemon threads before it takes their names away. Here they go on until the process ends: what they
        # then miss is no error of the program.
        threading.excepthook = lambda arguments: None
        try:
            self.forget()
        except BaseException:  # noqa: B036 - what a finalizer raises is printed by the interpreter
            pass
        if self.folder is not None:
            self.folder.cleanup()

    def note_modules(self):
        """Whatever is imported from now on may be the program's."""
        self.last_module = next(reversed(sys.modules))

    def new_modules(self):
        # From the end: to look at all of them would touch the memory of each.
        names = ["__main__"] if "__main__" in sys.modules else []
        for name in reversed(sys.modules):
            if name == self.last_module:
                break
            if name != "__main__":
                names.append(name)
        return names

    def forget(self):
        """Drops the program's modules, so that its files are flushed and its finalizers run."""
        import weakref

        workspace = os.path.dirname(self.module.__file__) + os.sep
        for name in self.new_modules():
            module = sys.modules[name]
            if str(getattr(module, "__file__", None) or "").startswith(workspace):
                del sys.modules[name]
            del module
        witness = Witness()
        vars(self.module)["__codemode_witness__"] = witness
        alive = weakref.ref(witness)
        del witness
        self.module = None
        gc.collect()
        # Something outside the program still holds its names: CPython clears them by hand then.
        for scope in gc.get_referrers(alive()) if alive() is not None else ():
            if type(scope) is dict:
                clear_names(scope)


class Recursion:
    """As many calls fit below the limit as in `python3 main.py`: the guest's own frames do not count."""

    def __init__(self):
        self.get_whole, self.set_whole, self.own = sys.getrecursionlimit, sys.setrecursionlimit, 0

    def begin(self):
        """Counts the frames below the program that is about to run."""
        # Before CPython 3.12 calls of functions in C count, too: `eval`.
        frame, own = sys._getframe(1), int(sys.version_info < (3, 12))
        while frame is not None:
            frame, own = frame.f_back, own + 1
        if own != self.own:
            self.set_whole(self.get() + own)
            self.own = own

    def get(self):
        return self.get_whole() - self.own

    def set(self, limit, /):
        self.set_whole(limit + self.own if type(limit) is int and limit > 0 else limit)


RECURSION = Recursion()


def current_folder():
    try:
        return os.getcwd()
    except OSError:
        return None


class Witness:
    """Lives as long as the names of the program do."""


def clear_names(scope):
    for private in (True, False):
        for name in list(scope):
            if type(name) is str and name != "__builtins__" and private == (name[:1] == "_" and name[1:2] != "_"):
                scope[name] = None


EXPRESSION = "__codemode_value__"
NOTHING = compile("", "<codemode>", "exec")
RETURNED = "__codemode_program__"


def compile_text(text, filename, rewrite=None, last=None):
    """The code of a program and where its value will be: code, a marker name, an assignment's target, or None."""
    if last is not None and rewrite is None:
        try:
            parts = compile_parts(text, filename, last)
            if parts is not None:
                return parts
        except (SyntaxError, MemoryError, RecursionError):
            pass
    try:
        tree = ast.parse(text, filename)
        if rewrite is not None:
            rewrite(tree)
        return compile_program(tree, filename)
    except SyntaxError as error:
        # What is found after parsing has no text: it would be read from a file that is not there.
        if error.text is None and error.filename == filename and error.lineno:
            lines = text.split("\n")
            error.text = lines[error.lineno - 1] if error.lineno <= len(lines) else None
        raise
    except (MemoryError, RecursionError):
        # Nested deeper than a tree of Python objects may be; the compiler itself bears more.
        return compile(text, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True), None


def compile_parts(text, filename, last):
    """The same without a tree of Python objects, for a program whose last expression the host has found. None when both parts
    would not be one: what waits has to do so in one loop, and who traces calls would see two modules."""
    if "settrace" in text or "setprofile" in text:
        return None
    flags, start, end = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, last["start"], last["end"]
    if start == end:
        return compile(text, filename, "exec", flags, dont_inherit=True), None
    expression = text[start:end]
    if last["line"] > 1:
        # Inside of brackets an indentation has no meaning, and all lines and columns are what they were.
        expression = "\n" * (last["line"] - 2) + "(\n" + " " * last["column"] + expression + "\n)"
    code = compile(text[:start], filename, "exec", flags, dont_inherit=True) if start else NOTHING
    value = compile(expression, filename, "eval", flags, dont_inherit=True)
    return None if (code.co_flags | value.co_flags) & 0x80 else (code, value)


def compile_program(tree, filename):
    target = None
    if has_top_level(tree, ast.Return):
        wrap_in_function(tree)
        ast.fix_missing_locations(tree)
        target = RETURNED
    elif tree.body:
        target = mark_value(tree)
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
    body = [LiftedStatements().visit(node) for node in body]
    kind = ast.AsyncFunctionDef if asynchronous else ast.FunctionDef
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    fields = dict(name="<module>", args=nothing, body=[ast.Global(names), *body] if names else body)
    fields.update(decorator_list=[], returns=None, lineno=1, col_offset=0)
    if sys.version_info >= (3, 12):
        fields["type_params"] = []
    function = kind(**fields)
    bind = ast.parse("%s = globals().pop('<module>')" % RETURNED).body[0]
    tree.body = [*futures, ast.Global(["<module>"]), function, bind]


class LiftedStatements(ast.NodeTransformer):
    """Rewrites what is legal at the top of a module and not inside a function."""

    def visit_AnnAssign(self, node):
        # A name that is global may not be annotated, unless it stands in brackets.
        node.simple = 0
        return node

    def visit_ImportFrom(self, node):
        if node.names[0].name != "*":
            return node
        statement = ast.parse("__import__('builtins').exec(%r, globals())" % ast.unparse(node)).body[0]
        return ast.copy_location(statement, node)

    def leave_alone(self, node):
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = leave_alone


def bound_names(body):
    """Names that the statements bind at module level."""
    names = set()
    open_nodes = list(body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.update({(node.asname or node.name).split(".")[0]} - {"*"})
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


def remember_source(code, *filenames):
    lines = [line + "\n" for line in code.split("\n")]
    for filename in filenames:
        linecache.cache[filename] = (len(code), None, lines, filename)


def exit_ending(error):
    """What CPython makes of SystemExit."""
    code = error.code
    if code is None:
        return {"kind": "finish"}
    if isinstance(code, int):
        return {"kind": "exit", "code": code & 0xFF if -(1 << 63) <= code < 1 << 63 else 255}
    try:
        sys.stderr.write(str(code) + "\n")
    except BaseException:  # noqa: B036 - what cannot be printed is left out, as in CPython
        pass
    return {"kind": "exit", "code": 1}


def raise_ending(error, filename):
    kind = type(error)
    name = type.__dict__["__qualname__"].__get__(kind)
    module = kind.__module__ if type(kind.__module__) is str else "<unknown>"
    exception = {
        "type": clip(name if module in ("builtins", "__main__") else module + "." + name, NAME_CHARS_MAX),
        "message": clip(safely(str, error), MESSAGE_CHARS_MAX),
        "traceback": clip(render_traceback(error, filename), TRACEBACK_CHARS_MAX),
        "module": missing_module(error),
    }
    return {"kind": "raise", "exception": exception}


def missing_module(error):
    if not isinstance(error, ModuleNotFoundError):
        return None
    name = ImportError.__dict__["name"].__get__(error)
    return name if type(name) is str and len(name) <= NAME_CHARS_MAX else None


def call_excepthook(error, ending, filename):
    """Lets a hook of the program's own show the exception. Another ending when the hook leaves the program."""
    if sys.excepthook is sys.__excepthook__:
        return ending
    try:
        sys.excepthook(type(error), error, error.__traceback__)
        ending["exception"]["shown"] = True
    except SystemExit as leave:
        return exit_ending(leave)
    except BaseException as trouble:  # noqa: B036 - the program's ending is the first exception
        if trouble.__context__ is error:
            trouble.__context__ = None
        write_error("Error in sys.excepthook:\n" + render_traceback(trouble, filename) + "\n\nOriginal exception was:\n")
    return ending


def write_error(text):
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:
        pass


def render_traceback(error, filename):
    import traceback

    try:
        trim_frames(error, filename.split("#")[0], set())
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))[:-1]
        return with_suggestion(text, error) if sys.version_info < (3, 12) else text
    except BaseException as trouble:  # noqa: B036 - an exception may be as hostile as any object
        return "<traceback failed: %s>" % type(trouble).__name__


def with_suggestion(text, error):
    """Adds `Did you mean ...`, which only the interpreter's own printer knows before CPython 3.12."""
    if not isinstance(error, (AttributeError, NameError)):
        return text
    stderr, sys.stderr = sys.stderr, io.StringIO()
    try:
        sys.__excepthook__(type(error), error, error.__traceback__)
        printed = sys.stderr.getvalue()
    finally:
        sys.stderr = stderr
    message, mark, suggestion = printed.rpartition(". Did you mean: ")
    if not mark:
        return text
    line = message.rpartition("\n")[2]
    before, found, after = text.rpartition(line)
    return before + line + mark + suggestion.split("\n")[0] + after if mark and line and found else text


def trim_frames(error, filename, seen):
    """Drops the frames above the program's first, in the exception and in those that it came from."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    own = error.__traceback__
    while own is not None and own.tb_frame.f_code.co_filename.split("#")[0] != filename:
        own = own.tb_next
    without_our_frames(own)
    error.__traceback__ = own
    trim_frames(error.__cause__, filename, seen)
    trim_frames(error.__context__, filename, seen)
    for inner in getattr(error, "exceptions", ()):
        trim_frames(inner, filename, seen)


def safely(function, value):
    try:
        # The sum is a plain text also when the value's own was of a class with methods of its own.
        return "".__add__(function(value))
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
    try:
        short, _, cut = shorten(value, chars_max, 0)
        return {"json": short, "cut": cut}
    except (NotJson, ToolError):
        text = safely(repr, value)
        return {"text": clip(text, chars_max), "cut": len(text) > chars_max}


class NotJson(Exception):
    """A value that JSON cannot hold as it is."""


DEPTH_MAX = 60
# Others cannot hold larger ones without loss.
INT_MAX, INT_MIN = 2 ** 64 - 1, -(2 ** 63)
NOTE_CHARS = 64


def shorten(value, left, depth):
    """As much of a value as fits into `left` characters, its cost, and whether something was left out.

    Text loses its middle, containers their later items, which are not looked at.
    """
    value = plain(value)
    kind = PLAIN_KINDS.get(type(value), type(value))
    if depth > DEPTH_MAX:
        raise NotJson
    if kind is str:
        fits = len(value) + 2 <= max(left, NOTE_CHARS)
        short = value if fits else clip(value, max(left - NOTE_CHARS, NOTE_CHARS))
        return short, len(ENCODE(short)), not fits
    if kind in (list, tuple):
        return shorten_items(enumerate(value), len(value), left, depth, [])
    if kind is dict:
        return shorten_items(value.items(), len(value), left, depth, {})
    exact = kind is int and INT_MIN <= value <= INT_MAX or kind is float and value - value == 0
    if value is None or kind is bool or exact:
        return value, len(ENCODE(value)), False
    raise NotJson


def shorten_items(items, count, left, depth, short):
    used, cut = 2, False
    for key, item in items:
        if type(short) is dict and type(key) is not str:
            raise NotJson
        key_cost = len(key) + 4 if type(short) is dict else 2
        room = left - used - key_cost
        if room < (0 if len(short) == count - 1 else NOTE_CHARS):
            note = "... %d of %d items left out ..." % (count - len(short), count)
            short.append(note) if type(short) is list else short.update({"...": note})
            return short, used + NOTE_CHARS, True
        item, cost, item_cut = shorten(item, room, depth + 1)
        used, cut = used + key_cost + cost, cut or item_cut
        short.append(item) if type(short) is list else short.update({key: item})
    return short, used, cut


# Before 3.10 pathlib asks nobody.
OPEN, TEXT_ENCODING = open, getattr(io, "text_encoding", None)


def read_text_as(encoding):
    """Text files that are read without naming an encoding are read in this one. `None` is as ever."""
    if encoding is None and io.open is OPEN:
        return

    def open(file, mode="r", buffering=-1, named=None, errors=None, *rest, **options):
        named = options.pop("encoding", named)
        if named in (None, "locale") and not set(mode) & set("bwax+"):
            named, errors = encoding, errors or "replace"
        return OPEN(file, mode, buffering, named, errors, *rest, **options)

    def text_encoding(named, stacklevel=2):
        return "locale" if named is None else named

    io.open = builtins.open = OPEN if encoding is None else open
    # What pathlib asks which encoding it is to name.
    io.text_encoding = TEXT_ENCODING if encoding is None else text_encoding


def open_streams():
    """Whole lines leave at once; what cannot be encoded is passed on as it is."""
    def stream(descriptor, name, errors):
        raw = io.FileIO(descriptor, "w", closefd=False)
        raw.name = name
        text = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", errors, line_buffering=True)
        text.mode = "w"
        return text

    sys.stdout = sys.__stdout__ = stream(1, "<stdout>", "surrogateescape")
    sys.stderr = sys.__stderr__ = stream(2, "<stderr>", "backslashreplace")


def restore_streams():
    """A later program of the session must be heard whatever an earlier one did to the streams."""
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    if any(stream is None or stream.closed for stream in (sys.stdout, sys.stderr)):
        open_streams()
    if sys.stdin is None or sys.stdin.closed:
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)


def flush_streams():
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            # A program may close or replace its streams; what it did not flush then is lost in CPython too.
            pass


# The names of modules whose frames no author of a program knows.
OUR_NAMES = [globals()]


def is_ours(frame):
    return any(frame.f_globals is names for names in OUR_NAMES)


def without_ours(walk):
    """The same walk through frames, past ours."""
    return lambda first: (found for found in walk(first) if not is_ours(found[0]))


def hide_frames(inspect):
    original = inspect.getouterframes

    def getouterframes(frame, context=1):
        return [info for info in original(frame, context) if not is_ours(info.frame)]

    inspect.getouterframes = getouterframes


def install_hooks(interpreter):
    """Where the interpreter's own code would read the program from a file, or show frames of ours."""
    import traceback

    walk = traceback.walk_stack

    def walk_stack(frame):
        frames = list(walk(sys._getframe(1) if frame is None else frame))
        return iter([pair for pair in frames if not is_ours(pair[0])])

    def print_report(first, error, trace, **options):
        lines = traceback.format_exception(type(error), error, trace, **options) if error is not None else []
        write_error(first + "\n" + "".join(lines))

    def in_thread(arguments):
        if arguments.exc_type is SystemExit:
            return
        name = arguments.thread.name if arguments.thread is not None else threading.get_ident()
        print_report("Exception in thread %s:" % name, arguments.exc_value, arguments.exc_traceback)

    def unraisable(arguments):
        about = arguments.err_msg or "Exception ignored in"
        thing = "" if arguments.object is None else ": " + safely(repr, arguments.object)
        print_report(about + thing, arguments.exc_value, arguments.exc_traceback, chain=False)

    if sys.version_info < (3, 13):
        threading.excepthook = threading.__excepthook__ = in_thread
        sys.unraisablehook = sys.__unraisablehook__ = unraisable
    traceback.walk_stack = walk_stack
    # What `print_exc` and loggers show; from CPython 3.11 on the second is what they ask.
    for name in {"walk_tb", "_walk_tb_with_full_positions"} & set(vars(traceback)):
        setattr(traceback, name, without_ours(getattr(traceback, name)))
    sys.getrecursionlimit, sys.setrecursionlimit = RECURSION.get, RECURSION.set
    sys.meta_path.insert(0, Finder(interpreter))


class Finder:
    """Changes a few modules as they are imported: what they would do elsewhere cannot be done here."""

    def __init__(self, interpreter):
        self.changes = {"inspect": hide_frames, "matplotlib.pyplot": show_by_display, "multiprocessing.spawn": self.spawn_with_source}
        self.interpreter = interpreter
        for name in set(self.changes) & set(sys.modules):
            self.changes[name](sys.modules[name])

    def find_spec(self, name, path=None, target=None):
        if name not in self.changes:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            # A loader may be that of other modules, too.
            del spec.loader.exec_module
            execute(module)
            self.changes[name](module)

        spec.loader.exec_module = exec_module
        return spec

    def spawn_with_source(self, module):
        """Gives the processes that multiprocessing spawns the program to import: it is no file in the workspace."""
        module.get_preparation_data = self.with_source(module.get_preparation_data)

    def with_source(self, original):
        def get_preparation_data(name):
            data = original(name)
            if data.get("init_main_from_path") == self.interpreter.module.__file__:
                data["init_main_from_path"] = self.interpreter.source_file()
            return data

        return get_preparation_data


def status_of(ending):
    return {"finish": 0, "raise": 1}.get(ending["kind"], ending.get("code", 1))


def add_layers(layers):
    """Folders of packages that codemode installed: behind the program's own folder and the standard library, in front of
    what this machine has, which may be older than what they were made to go with."""
    for layer in layers:
        if layer not in sys.path:
            import site

            known = len(sys.path)
            site.addsitedir(layer)
            added = sys.path[known:]
            del sys.path[known:]
            names = [os.path.basename(entry) for entry in sys.path]
            place = min((names.index(name) for name in ("site-packages", "dist-packages") if name in names), default=known)
            sys.path[place:place] = added


def preload(message):
    """Imports modules before there is a program. What cannot be imported fails the program that wants it."""
    add_layers(message["layers"])
    for module in message["modules"]:
        try:
            __import__(module)
        except BaseException:
            pass
    gc.collect()
    gc.freeze()


class Guest:
    """An interpreter at the end of its link: takes one message of the host after the other."""

    def __init__(self, link):
        self.link = link
        self.interpreter = Interpreter(link)
        builtins.display = make_display(self.interpreter)
        install_hooks(self.interpreter)
        # Collections at a program's end need not look at what was here before it.
        gc.freeze()
        self.interpreter.open_module()
        self.interpreter.note_modules()

    def say_ready(self):
        self.link.send(type="ready", version=1, runtime="CPython %d.%d.%d" % sys.version_info[:3])

    def step(self):
        """Waits for a message and does what it says."""
        interpreter, link = self.interpreter, self.link
        run = interpreter.tools.line.next_run()
        if run is None:
            link.leave(0)
        if run["type"] == "preload":
            preload(run)
            interpreter.note_modules()
            return self.say_ready()
        nonce = run["nonce"]
        add_layers(run["layers"])
        ending, value = interpreter.run(run)
        interpreter.tools.finish()
        if os.getpid() != link.owner:
            if ending["kind"] == "raise":
                write_error(ending["exception"]["traceback"] + "\n")
            self.end_child(ending)
        show_figures()
        flush_streams()
        if not run["session"]:
            interpreter.end()
            flush_streams()
        try:
            link.send(type="done", nonce=nonce, ending=ending, value=value)
        except OSError:
            # The program closed the link: only the exit status can tell how it ended.
            link.leave(status_of(ending))
        if not run["session"]:
            return link.rest(status_of(ending))
        restore_streams()

    def end_child(self, ending):
        """The end of a process that the program forked and that ran off the program's end."""
        self.interpreter.folder = None
        self.interpreter.end()
        flush_streams()
        self.link.leave(status_of(ending))
