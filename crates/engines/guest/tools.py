"""The upstream tools inside a Python program: PROTOCOL.md, "Tools". Runs in one text with runner.py, in front of it."""

import ast
import builtins
import collections
import json
import os
import sys
import threading

OURSELVES = "@codemode"
MEDIA_BYTES_MAX = 8 * 1024 * 1024
HIDDEN = object()


class ToolError(Exception):
    """A tool that failed: `message`, `server`, `tool`, `code`, `data`."""

    def __init__(self, message, server=None, tool=None, code=None, data=None):
        super().__init__(message)
        self.message, self.server, self.tool, self.code, self.data = message, server, tool, code, data


ToolError.__module__ = "builtins"


class Call:
    """A call that was sent. It is over when `answer` is there."""

    def __init__(self, server, tool):
        self.server, self.tool = server, tool
        self.answer = None
        self.listeners = []

    def result(self):
        if self.answer["type"] == "reply":
            return unpack(self.answer["value"])
        answer = self.answer
        raise ToolError(answer["message"], self.server, self.tool, answer["code"], answer["data"])


class Line:
    """What travels on the link beside programs. Whoever waits reads; one at a time, and for all."""

    def __init__(self, link):
        self.link = link
        self.calls = {}
        self.count = 0
        self.inbox = collections.deque()
        self.nonce = ""
        self.reading = False
        self.state = threading.Condition()
        self.waiting = 0

    def open(self, server, tool, arguments):
        if os.getpid() != self.link.owner:
            raise ToolError("tools cannot be called from a process that the program forked", server, tool, "forked")
        call = Call(server, tool)
        with self.state:
            self.count += 1
            number = self.count
            self.calls[number] = call
        try:
            self.link.send(type="call", nonce=self.nonce, id=number, server=server, tool=tool, arguments=arguments)
        except BaseException:
            self.calls.pop(number, None)
            raise
        return call

    def ask(self, question, **arguments):
        call = self.open(OURSELVES, question, arguments)
        self.until(lambda: call.answer)
        return call.result()

    def until(self, done):
        """Waits until `done()`, and reads the link when nobody else does."""
        while True:
            with self.state:
                while not done() and self.reading:
                    self.state.wait()
                if done():
                    return
                self.reading = True
            message = HIDDEN
            try:
                message = self.link.receive()
            finally:
                with self.state:
                    self.reading = False
                    if message is not HIDDEN:
                        self.take(message)
                    self.state.notify_all()

    def take(self, message):
        if message is None or message["type"] in ("run", "preload"):
            self.inbox.append(message)
            # Calls that are still open belong to a program that is over.
            return
        call = self.calls.pop(message["id"], None)
        if call is not None:
            call.answer = message
            for listener in call.listeners:
                listener()

    def next_run(self):
        self.until(lambda: self.inbox)
        self.calls.clear()
        return self.inbox.popleft()

    def listen(self, call, listener):
        """Has `listener()` called when the call is over, from any thread."""
        with self.state:
            if call.answer is None:
                call.listeners.append(listener)
                self.waiting += 1
                if self.waiting == 1:
                    threading.Thread(target=self.read_for_listeners, daemon=True, name="codemode tools").start()
                return
        listener()

    def read_for_listeners(self):
        """Reads while an event loop waits for calls: the loop itself cannot."""
        waits = lambda: not any(call.listeners for call in list(self.calls.values())) or self.inbox
        try:
            while True:
                self.until(waits)
                with self.state:
                    if waits():
                        self.waiting = 0
                        return
        except BaseException:  # noqa: B036 - the link is gone; whoever waits sees that too
            self.waiting = 0


class Pending:
    """A call inside a running event loop. `await` it, or use it as its result: it waits when it is first used."""

    __slots__ = ("_call", "_line", "_seen", "_steps", "_value")

    def __init__(self, line, call):
        set_of(self, "_line", line)
        set_of(self, "_call", call)
        set_of(self, "_seen", False)
        set_of(self, "_steps", None)
        set_of(self, "_value", HIDDEN)

    def __await__(self):
        import asyncio

        call, line = get_of(self, "_call"), get_of(self, "_line")
        set_of(self, "_seen", True)
        if call.answer is None:
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            wake = lambda: None if future.done() else future.set_result(None)

            def listener():
                try:
                    loop.call_soon_threadsafe(wake)
                except RuntimeError:
                    # The loop is closed: nobody waits any more.
                    pass

            line.listen(call, listener)
            yield from future.__await__()
        return settle(self)

    def __repr__(self):
        return repr(settle(self))

    def __str__(self):
        return str(settle(self))

    def __format__(self, spec):
        return format(settle(self), spec)

    def send(self, value):
        # Tasks take nothing but coroutines, and drive them so.
        steps = get_of(self, "_steps")
        if steps is None:
            steps = Pending.__await__(self)
            set_of(self, "_steps", steps)
        return steps.send(value)

    def throw(self, *error):
        set_of(self, "_seen", True)
        steps = get_of(self, "_steps") or Pending.__await__(self)
        return steps.throw(*error)

    def close(self):
        set_of(self, "_seen", True)

    def __getattribute__(self, name):
        if name in ("__await__", "send", "throw", "close"):
            return get_of(self, name)
        if name == "__class__" and asked_by_waiter(sys._getframe(1)):
            return Pending
        return getattr(settle(self), name)

    def __setattr__(self, name, value):
        setattr(settle(self), name, value)

    def __reduce_ex__(self, protocol):
        return settle(self).__reduce_ex__(protocol)

    def __hash__(self):
        return id(self) if asked_by_waiter(sys._getframe(1)) else hash(settle(self))

    def __eq__(self, other):
        return self is other if asked_by_waiter(sys._getframe(1)) else settle(self) == plain(other)

    def __bool__(self):
        return bool(settle(self))


def asked_by_waiter(frame):
    return str(frame.f_globals.get("__name__")).split(".")[0] in WAITERS


# Modules that ask for the type of a value to see how to wait for it.
WAITERS = {"abc", "asyncio", "inspect", "types"}
get_of, set_of = object.__getattribute__, object.__setattr__


def forward(name):
    def method(self, *arguments):
        import operator

        function = getattr(operator, name, None) or getattr(builtins, name.strip("_"), None)
        arguments = [plain(argument) for argument in arguments]
        return function(settle(self), *arguments)

    method.__name__ = name
    return method


def backward(name):
    def method(self, other):
        import operator

        return getattr(operator, name)(other, settle(self))

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"):
    setattr(Pending, "__%s__" % _name, forward("__%s__" % _name))
    setattr(Pending, "__r%s__" % _name, backward("__%s__" % _name))
for _name in ("ne", "lt", "le", "gt", "ge", "getitem", "setitem", "delitem", "contains", "neg", "abs", "index"):
    setattr(Pending, "__%s__" % _name, forward("__%s__" % _name))
for _name in ("len", "iter", "int", "float", "reversed", "round"):
    setattr(Pending, "__%s__" % _name, (lambda function: lambda self, *rest: function(settle(self), *rest))(getattr(builtins, _name)))
Pending.__fspath__ = lambda self: os.fspath(settle(self))


def settle(pending):
    """The result of a call, waited for."""
    value = get_of(pending, "_value")
    set_of(pending, "_seen", True)
    if value is HIDDEN:
        call, line = get_of(pending, "_call"), get_of(pending, "_line")
        line.until(lambda: call.answer)
        value = call.result()
        set_of(pending, "_value", value)
    return value


def plain(value):
    return settle(value) if type(value) is Pending else value


class Tool:
    """One tool of an upstream server. `help(tool)` says what it takes."""

    def __init__(self, line, server, name, path, parameters):
        self._line, self._server, self._tool = line, server, name
        self.__name__, self.__qualname__, self.__module__ = path.partition(".")[2], path, "tools"
        self._parameters = parameters

    def __call__(self, *places, **names):
        return start(self._line, self._server, self._tool, self._arguments(places, names))

    def _arguments(self, places, names):
        if len(places) > len(self._parameters):
            known = ", ".join(self._parameters) or "none"
            raise ToolError("%s: %d arguments by place, but it has %d parameters. Parameters: %s" % (
                self.__qualname__, len(places), len(self._parameters), known), self._server, self._tool, "invalid_arguments")
        arguments = dict(zip(self._parameters, places))
        for name in names:
            if name in arguments:
                raise ToolError("%s: parameter `%s` is given twice" % (self.__qualname__, name), self._server, self._tool, "invalid_arguments")
        arguments.update(names)
        return arguments

    def __repr__(self):
        return "<tool %s(%s)>" % (self.__qualname__, ", ".join(self._parameters))

    @property
    def __doc__(self):
        try:
            return self._line.ask("describe", name=self.__qualname__)
        except Exception as error:
            return str(error)

    @property
    def __signature__(self):
        import inspect

        return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in self._parameters])


def start(line, server, tool, arguments):
    """Sends a call at once. Inside a running event loop the result can be awaited; elsewhere this waits for it."""
    call = open_call(line, server, tool, arguments)
    if in_event_loop():
        pending = Pending(line, call)
        line.pending.append(pending)
        return pending
    line.until(lambda: call.answer)
    return call.result()


def open_call(line, server, tool, arguments):
    return line.open(server, tool, {name: encodable(value) for name, value in arguments.items()})


def in_event_loop():
    asyncio = sys.modules.get("asyncio.events")
    return asyncio is not None and asyncio._get_running_loop() is not None


def encodable(value, depth=0):
    """What JSON can hold, of what programs have: results of calls, dates, paths, sets, numbers of NumPy."""
    value = plain(value)
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        if value - value != 0:
            raise TypeError("%r cannot be sent to a tool: JSON has no such number" % value)
        return value
    if depth > 60:
        raise TypeError("an argument is nested deeper than 60 levels")
    if isinstance(value, dict):
        return {key if type(key) is str else str(key): encodable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encodable(item, depth + 1) for item in value]
    if isinstance(value, (str, int)):
        return json.loads(json.dumps(value))
    for method in ("isoformat", "__fspath__", "tolist", "item", "model_dump", "_asdict"):
        if hasattr(kind, method):
            return encodable(getattr(value, method)(), depth + 1)
    raise TypeError("a value of type %s cannot be sent to a tool" % kind.__name__)


class Server:
    """One upstream server: its tools are its attributes."""

    def __init__(self, line, name):
        set_of(self, "_line", line)
        set_of(self, "_name", name)
        set_of(self, "_tools", None)

    def _load(self):
        if self._tools is None:
            table = self._line.ask("names", server=self._name)
            set_of(self, "_tools", {
                legal: Tool(self._line, self._name, own, self._name + "." + legal, parameters)
                for legal, (own, parameters) in table.items()
            })
        return self._tools

    def __getattr__(self, name):
        tools = self._load()
        if name in tools:
            return tools[name]
        for tool in tools.values():
            if tool._tool == name:
                return tool
        if name.startswith("__"):
            raise AttributeError(name)
        import difflib

        near = difflib.get_close_matches(name, tools, 1)
        hint = "; did you mean `%s`?" % near[0] if near else "."
        known = ", ".join(list(tools)[:30]) + (", ..." if len(tools) > 30 else "")
        raise AttributeError("%s has no tool `%s`%s Its tools are %s" % (self._name, name, hint, known or "not known"))

    def __getitem__(self, name):
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __dir__(self):
        return list(self._load())

    def __iter__(self):
        return iter(self._load())

    def __repr__(self):
        return "<server %s>" % self._name

    @property
    def __doc__(self):
        try:
            return self._line.ask("describe", name=self._name)
        except Exception as error:
            return str(error)


class Tools:
    """The upstream servers, and what finds their tools: `search(words)`, `describe("server.tool")`, `call(...)`."""

    def __init__(self, line):
        self._line = line
        self._servers = {}

    def search(self, query, limit=None):
        """Full signatures of the tools that fit these words best."""
        limit = {} if limit is None else {"limit": limit}
        return Text(self._line.ask("search", query=query, **limit))

    def describe(self, name):
        """The full signature of one tool, "server.tool", or of every tool of a server."""
        return Text(self._line.ask("describe", name=name.__qualname__ if type(name) is Tool else str(name)))

    def call(self, server, tool, arguments=None, **names):
        """Calls a tool by its original name: tools.call("server", "tool", {...})."""
        return start(self._line, *by_name(server, tool, arguments, names))

    @property
    def servers(self):
        """The names of the servers."""
        return list(self._servers)

    def __getattr__(self, name):
        if name in self._servers:
            return self._servers[name]
        raise AttributeError("no server `%s`; the servers are %s" % (name, ", ".join(self._servers) or "not configured"))

    def __getitem__(self, name):
        return self._servers[name]

    def __iter__(self):
        return iter(self._servers)

    def __dir__(self):
        return ["call", "describe", "search", "servers", *self._servers]

    def __repr__(self):
        return "<tools of %s>" % (", ".join(self._servers) or "no server")


def by_name(server, tool, arguments, names):
    """Server, tool and arguments of a call; "server.tool" is both names at once."""
    if isinstance(tool, dict) and arguments is None and "." in server:
        server, tool, arguments = *server.split(".", 1), tool
    return server, tool, {**(arguments or {}), **names}


class Text(str):
    """Text whose printed form is the text itself."""

    def __repr__(self):
        return str(self)


class Media:
    """A picture, sound or file that a tool gave. `display(x)` shows it, `x.data` is its bytes, `x.save(path)` writes it."""

    def __init__(self, kind, mime_type, data, uri=None, text=None):
        self.kind, self.mime_type, self.data, self.uri, self.text = kind, mime_type or "application/octet-stream", data, uri, text

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.data)
        return path

    def __bytes__(self):
        return self.data

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        place = " %s" % self.uri if self.uri else ""
        return "<%s %s%s, %d bytes>" % (self.kind, self.mime_type, place, len(self.data))


class Reference:
    """The address of something that an upstream server can give."""

    def __init__(self, name, uri, mime_type):
        self.name, self.uri, self.mime_type = name, uri, mime_type

    def __repr__(self):
        return "<link %s %s>" % (self.name, self.uri)


class ResultDict(dict):
    """Structured content of a tool that gave more than that: `blocks` and `meta`."""


class ResultList(list):
    """The same, for a list."""


class ResultText(str):
    """The same, for text."""


PLAIN_KINDS = {ResultDict: dict, ResultList: list, ResultText: str, Text: str}


def unpack(result):
    """A result as programs see it."""
    blocks = [unpack_block(block) for block in result.get("blocks", ())]
    meta = result.get("meta")
    if "value" in result:
        value = result["value"]
    else:
        value = blocks[0] if len(blocks) == 1 else blocks
    if meta is None and (not blocks or "value" not in result):
        return value
    kind = {dict: ResultDict, list: ResultList, str: ResultText}.get(type(value))
    if kind is not None:
        value = kind(value)
    if hasattr(value, "__dict__"):
        value.blocks, value.meta = blocks, meta
    return value


def unpack_block(block):
    import base64

    kind = block["type"]
    if kind == "text":
        return block["value"]
    if kind == "link":
        return Reference(block["name"], block["uri"], block["mime_type"])
    text = block.get("text")
    data = base64.b64decode(block["base64"]) if text is None else text.encode("utf-8", "replace")
    return Media(kind, block["mime_type"], data, block.get("uri"), text)


def rendered_media(media):
    """How `display` shows it."""
    import base64

    if len(media.data) > MEDIA_BYTES_MAX:
        raise ValueError("display: %d bytes are more than %d" % (len(media.data), MEDIA_BYTES_MAX))
    if media.text is not None:
        return {"mime_type": media.mime_type, "text": media.text}
    return {"mime_type": media.mime_type, "base64": base64.b64encode(media.data).decode()}


def default_of_json(original):
    def default(self, value):
        if type(value) is Pending:
            return settle(value)
        if isinstance(value, (Media, Reference)):
            return repr(value)
        return original(self, value)

    return default


class Installed:
    """What programs find of the tools: names beside the builtins, which a name of the program's own hides."""

    def __init__(self, link):
        self.line = Line(link)
        self.line.pending = []
        self.tools = Tools(self.line)
        self.names = set()
        builtins.tools, builtins.ToolError = self.tools, ToolError
        json.JSONEncoder.default = default_of_json(json.JSONEncoder.default)

    def prepare(self, run):
        line = self.line
        line.nonce = run["nonce"]
        line.pending = []
        if not self.names and not run.get("servers"):
            self.tools._servers = {}
            return
        servers = {name: Server(line, name) for name in run.get("servers") or ()}
        for name in self.names - set(servers):
            vars(builtins).pop(name, None)
        self.names = {name for name in servers if name in self.names or not hasattr(builtins, name)}
        for name in self.names:
            setattr(builtins, name, servers[name])
        self.tools._servers = servers

    def finish(self):
        """Waits for calls that the program started and never looked at, and tells of those that failed."""
        pending, self.line.pending = self.line.pending, []
        for call in pending:
            if not get_of(call, "_seen"):
                try:
                    settle(call)
                except ToolError as error:
                    sys.stderr.write("ToolError was never seen: %s.%s: %s\n" % (error.server, error.tool, error.message))


def without_our_frames(trace):
    """The frames of a traceback without those of the bridge, which no author of a program knows."""
    while trace is not None and trace.tb_next is not None:
        if trace.tb_next.tb_frame.f_globals is globals():
            trace.tb_next = trace.tb_next.tb_next
        else:
            trace = trace.tb_next


# ---- calls whose result is used as it is ----

RESULT_OF = "__codemode_result_of__"
CONSUMERS = {"gather", "wait", "wait_for", "as_completed", "create_task", "ensure_future", "shield", "run_until_complete",
             "append", "extend", "insert", "add", "put", "put_nowait", "setdefault", "timeout", "run"}


def use_results(tree):
    """In a program with an event loop: a call that is neither awaited nor handed on is waited for where it stands."""
    awaited = set()
    for node in ast.walk(tree):
        handed = [node.value] if isinstance(node, ast.Await) else list_of_arguments(node) if is_consumer(node) else []
        for part in handed:
            awaited.update(id(inner) for inner in ast.walk(part) if isinstance(inner, ast.Call))
            awaited.update(inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name))
    ResultOf(awaited).visit(tree)
    ast.fix_missing_locations(tree)


def is_consumer(node):
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    return name in CONSUMERS


def list_of_arguments(call):
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def result_of(rewriter, node):
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or id(node) in rewriter.awaited:
        return node
    name = ast.copy_location(ast.Name(RESULT_OF, ast.Load()), node)
    return ast.copy_location(ast.Call(name, [node], []), node)


class ResultOf(ast.NodeTransformer):
    def __init__(self, awaited):
        self.awaited = awaited

    def visit_Assign(self, node):
        self.generic_visit(node)
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in self.awaited:
            return node
        node.value = result_of(self, node.value)
        return node

    def visit_Expr(self, node):
        self.generic_visit(node)
        node.value = result_of(self, node.value)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        if not is_consumer(node):
            node.args = [result_of(self, item) for item in node.args]
            for keyword in node.keywords:
                keyword.value = result_of(self, keyword.value)
        return node

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = result_of(self, node.iter)
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.value = result_of(self, node.value)
        return node

    visit_Subscript = visit_FormattedValue = visit_Attribute


setattr(builtins, RESULT_OF, plain)
