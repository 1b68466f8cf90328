

"""Threads without threads: a second text of a program's functions, in which every call can be left and returned to.

A thread runs in its own copy of a function: the same code as a generator, in which `f(x)` is `(yield from call(f, x))`. Where it has
to wait it yields, and whoever leads the threads goes on with another one. The copies are made when the first thread starts, by
compiling the text again; the program's own functions stay as they are, and so does everything that has no threads.
"""

import ast
import collections
import linecache
import warnings

CALL, ENTER, ITERATE, STEP, SLICE, COUNT = ("__codemode_%s__" % word for word in ("call", "enter", "iterate", "step", "slice", "count"))

# Names of what waits, by which a function is one that may.
WAITING = {"accept", "acquire", "as_completed", "call", "communicate", "connect", "exception", "get", "input", "join", "map", "put", "read",
           "readline", "recv", "recv_bytes", "recv_into", "recvfrom", "result", "run", "select", "serve_forever", "shutdown", "sleep", "start",
           "submit", "wait", "wait_for", "poll", "handle_request", "urlopen", "request"}
# What ends by StopIteration, which no generator lets through.
STOPPING = {"__next__", "send", "throw"}
OWN_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Programs of a session whose functions are looked for.
PROGRAMS_MAX = 50
# Turns of a `while` between two looks at the clock.
TURNS = 255


def inside(node):
    """The nodes of a function's own body, without those of functions, classes and comprehensions in it."""
    open = list(ast.iter_child_nodes(node))
    while open:
        node = open.pop()
        yield node
        if not isinstance(node, OWN_SCOPES):
            open.extend(ast.iter_child_nodes(node))


def body_of(function):
    return ast.Module([ast.Expr(function.body)] if isinstance(function, ast.Lambda) else function.body, [])


class Survey:
    """Which functions of a text may wait."""

    def __init__(self, tree):
        nodes = list(ast.walk(tree))
        self.functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.Lambda))]
        self.named = {}
        for node in self.functions:
            if isinstance(node, ast.FunctionDef):
                self.named.setdefault(node.name, []).append(node)
        self.assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.imported = {}
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    name = alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name
                    self.imported[alias.asname or name] = name
        self.classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        self.bodies = {id(node): list(inside(body_of(node))) for node in self.functions}
        self.waiting = set()
        self.waiting = {id(node) for node in self.functions if self.waits_itself(node)}
        while self.spread():
            pass

    def name_of(self, function):
        """The name of what is called; None for what nobody knows."""
        if isinstance(function, ast.Attribute):
            return function.attr
        if isinstance(function, ast.Name):
            if function.id in self.imported:
                return self.imported[function.id]
            if function.id in self.named or function.id in self.classes or self.is_builtin(function.id):
                return function.id
        return None

    def is_builtin(self, name):
        return hasattr(builtins, name) and not (name in self.assigned or name in self.named or name in self.imported)

    def may_wait(self, call):
        """Whether a call may wait, by the name of what is called. What cannot is called where it stands: it may ask who calls it."""
        if isinstance(call.func, ast.Name) and self.is_builtin(call.func.id):
            return False
        name = self.name_of(call.func)
        if name is None or name in WAITING or any(id(function) in self.waiting for function in self.named.get(name, ())):
            return True
        # Every attribute may be a tool where there are some.
        has_tools = guest.interpreter.tools.tools._servers and isinstance(call.func, ast.Attribute)
        return bool(has_tools) and name not in STOPPING and name not in self.named

    def items_may_wait(self, items):
        """Whether an iterable may be one that waits for its next item."""
        if isinstance(items, ast.Call):
            asks = isinstance(items.func, ast.Name) and items.func.id == "iter" and len(items.args) == 2
            return asks or self.may_wait(items)
        return not isinstance(items, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant, *OWN_SCOPES))

    def waits_itself(self, node):
        for part in self.bodies[id(node)]:
            if isinstance(part, (ast.While, ast.With)) or isinstance(part, ast.Call) and self.may_wait(part):
                return True
            if isinstance(part, ast.For) and self.items_may_wait(part.iter):
                return True
        return False

    def spread(self):
        """A function that calls one that waits may wait."""
        found = False
        for node in self.functions:
            if id(node) not in self.waiting:
                called = (self.name_of(part.func) for part in self.bodies[id(node)] if isinstance(part, ast.Call))
                if any(id(other) in self.waiting for name in called for other in self.named.get(name, ())):
                    self.waiting.add(id(node))
                    found = True
        return found

    def can_be_left(self, node):
        """A generator has its own way to be left, and who leads it."""
        return id(node) in self.waiting and not any(isinstance(part, (ast.Yield, ast.YieldFrom, ast.Await)) for part in self.bodies[id(node)])


class Weaver(ast.NodeTransformer):
    """Makes generators of the functions that may wait."""

    def __init__(self, reading):
        self.reading, self.is_woven, self.count = reading, False, 0

    def scope(self, node, woven):
        before, self.is_woven = self.is_woven, woven
        self.generic_visit(node)
        self.is_woven = before
        return node

    def visit_FunctionDef(self, node):
        woven = self.reading.can_be_left(node)
        self.outside(node)
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        before, self.is_woven = self.is_woven, woven
        node.body = [made for part in node.body for made in self.statements(part)]
        self.is_woven = before
        if woven and any(isinstance(part, ast.While) for part in self.reading.bodies[id(node)]):
            name = ast.Name(COUNT, ast.Store())
            node.body.insert(1 if ast.get_docstring(node, False) is not None else 0, placed(ast.Assign([name], ast.Constant(0)), node))
        return node

    def statements(self, part):
        made = self.visit(part)
        return made if isinstance(made, list) else [made]

    def outside(self, node):
        """Defaults are evaluated where the function is made; annotations in a scope of their own."""
        names = node.args
        names.defaults = [self.visit(part) for part in names.defaults]
        names.kw_defaults = [part and self.visit(part) for part in names.kw_defaults]

    def visit_AnnAssign(self, node):
        node.target, node.value = self.visit(node.target), node.value and self.visit(node.value)
        return node

    def visit_Lambda(self, node):
        self.outside(node)
        before, self.is_woven = self.is_woven, self.reading.can_be_left(node)
        node.body = self.visit(node.body)
        self.is_woven = before
        return node

    def unwoven(self, node):
        return self.scope(node, False)

    visit_AsyncFunctionDef = visit_ClassDef = visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = unwoven

    def visit_Call(self, node):
        waits = self.is_woven and self.reading.may_wait(node)
        self.generic_visit(node)
        if not waits:
            return node
        return self.wait_for(CALL, [node.func, *node.args], node, node.keywords)

    def wait_for(self, name, arguments, node, keywords=()):
        return placed(ast.YieldFrom(ast.Call(ast.Name(name, ast.Load()), arguments, list(keywords))), node)

    def visit_With(self, node):
        self.generic_visit(node)
        if self.is_woven:
            for item in node.items:
                item.context_expr = self.wait_for(ENTER, [item.context_expr], item.context_expr)
        return node

    def visit_While(self, node):
        self.generic_visit(node)
        if self.is_woven:
            count = ast.NamedExpr(ast.Name(COUNT, ast.Store()), ast.BinOp(ast.Name(COUNT, ast.Load()), ast.Add(), ast.Constant(1)))
            is_due = ast.Compare(ast.BinOp(count, ast.BitAnd(), ast.Constant(TURNS)), [ast.Eq()], [ast.Constant(0)])
            look = ast.If(is_due, [ast.Expr(ast.YieldFrom(ast.Call(ast.Name(SLICE, ast.Load()), [], [])))], [])
            node.body.insert(0, placed(look, node))
        return node

    def visit_For(self, node):
        waits = self.is_woven and self.reading.items_may_wait(node.iter)
        self.generic_visit(node)
        if not waits:
            return node
        self.count += 1
        name = "__codemode_each_%d__" % self.count
        each = lambda: ast.Name(name, ast.Load())
        iterator = ast.Call(ast.Name(ITERATE, ast.Load()), [node.iter], [])
        begin = placed(ast.Assign([ast.Name(name, ast.Store())], ast.List([iterator, ast.Constant(None)], ast.Load())), node.iter)
        item = placed(ast.Assign([node.target], ast.Subscript(each(), ast.Constant(1), ast.Load())), node.target)
        more = self.wait_for(STEP, [each()], node.iter)
        # Who leaves a loop leaves its iterator, which may have something to do then.
        over = placed(ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)), node.iter)
        return [begin, placed(ast.While(more, [item, *node.body], node.orelse), node), over]


def placed(node, where):
    """New nodes stand where the old one stood."""
    for part in ast.walk(node):
        if "lineno" in part._attributes and not hasattr(part, "lineno"):
            ast.copy_location(part, where)
    return node


# ---- from functions to their copies ----


class Copies:
    """The copies of functions, by their code."""

    def __init__(self):
        self.by_code, self.by_number, self.woven = {}, {}, set()
        # Of a session, whose later programs use functions of earlier ones.
        self.programs = collections.deque(maxlen=PROGRAMS_MAX)

    def noting(self, prepare):
        """The same function, which is given each program before it runs."""

        def prepared(interpreter, run):
            self.programs.append(run["code"])
            return prepare(interpreter, run)

        return prepared

    def of(self, function):
        """A function that makes the generator; None for a function that has to run as it is."""
        code = function.__code__
        known = self.by_number.get(id(code))
        if known is None:
            for text in self.texts_of(code.co_filename):
                if (text, code.co_filename) not in self.woven:
                    self.woven.add((text, code.co_filename))
                    self.weave(text, code.co_filename)
            # The code is kept with it, so that no other one gets its number.
            known = self.by_number[id(code)] = self.by_code.get((code.co_filename, code)), code
        copy = known[0]
        if copy is None:
            return None
        made = types.FunctionType(copy, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
        made.__kwdefaults__ = function.__kwdefaults__
        return made

    def texts_of(self, filename):
        """The texts of programs, or of a module of theirs."""
        place = getattr(guest.interpreter.module, "__file__", None) or ""
        if filename in (place, os.path.basename(place)):
            return list(self.programs)
        if filename.startswith(os.path.dirname(place) + os.sep):
            return ["".join(linecache.getlines(filename))]
        return []

    def weave(self, text, filename):
        """Compiles a text twice, and finds for the code of each function that of its copy."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text, filename)
                if guest.interpreter.tools.names and "await" in text:
                    use_results(tree)
                if has_top_level(tree, ast.Return):
                    wrap_in_function(tree)
                    ast.fix_missing_locations(tree)
                plain = compile(tree, filename, "exec", flags, dont_inherit=True)
                Weaver(Survey(tree)).visit(tree)
                woven = compile(tree, filename, "exec", flags, dont_inherit=True)
        except (SyntaxError, MemoryError, RecursionError, ValueError):
            return
        self.pair(plain, woven)

    def pair(self, plain, woven):
        """The code that a copy makes functions of is that of the program: only what a thread calls has to be a copy."""
        ours = {}
        for code in codes_in(woven):
            ours.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
        own = {}
        for code in codes_in(plain):
            copies = ours.get((code.co_qualname, code.co_firstlineno))
            copy = copies.pop(0) if copies else None
            if copy is None or copy.co_freevars != code.co_freevars:
                return None
            self.pair(code, copy)
            own[id(copy)] = code
        constants = tuple(own.get(id(value), value) for value in woven.co_consts)
        if woven.co_flags & GENERATOR and not plain.co_flags & GENERATOR:
            self.by_code[plain.co_filename, plain] = woven.replace(co_consts=constants)


# `inspect.CO_GENERATOR`.
GENERATOR = 0x20


def codes_in(code):
    return [value for value in code.co_consts if isinstance(value, types.CodeType)]
