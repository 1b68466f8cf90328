

"""Commands for programs that start some: there are no processes here and no files to start, so that the most used ones are
functions. A command has what a process has: arguments, streams, an environment and an exit status.
"""

import getopt
import glob
import io
import os
import re
import shutil
import stat
import time

COMMANDS = {}


class Streams:
    """What a command reads and writes. The sinks take bytes."""

    def __init__(self, stdin, out, err, environment):
        self.stdin, self.out, self.err, self.environment = stdin, out, err, environment

    def say(self, text):
        self.out(text.encode("utf-8", "surrogateescape"))

    def complain(self, text):
        self.err(text.encode("utf-8", "surrogateescape"))

    def copy(self, **others):
        made = Streams(self.stdin, self.out, self.err, self.environment)
        vars(made).update(others)
        return made


class Misused(Exception):
    """A command was called in a way that it does not know."""


def command(flags="", *, words=False):
    """Registers a command: its function gets the streams, the options that it has, by letter, and the other arguments."""

    def register(function):
        def run(streams, name, arguments):
            try:
                if "n:" in flags:
                    arguments = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in arguments]
                given, rest = ([], arguments) if words else getopt.gnu_getopt(arguments, flags)
                return function(streams, {letter[1:]: value for letter, value in given}, rest) or 0
            except getopt.GetoptError as error:
                streams.complain("%s: invalid option -- '%s'\n" % (name, error.opt))
            except Misused as error:
                streams.complain("%s: %s\n" % (name, error))
            except OSError as error:
                streams.complain("%s: %s: %s\n" % (name, error.filename, error.strerror))
            except (IndexError, ValueError):
                streams.complain("%s: missing or invalid operand\n" % name)
            return 2 if name in ("ls", "grep") else 1

        COMMANDS[function.__name__.strip("_")] = run
        return function

    return register


def contents(streams, names):
    """The bytes of these files, one after the other; of standard input where there are none. `-` is standard input, too."""
    return b"".join(streams.stdin if name == "-" else read_bytes(name) for name in names or ["-"])


def read_bytes(name):
    if os.path.isdir(name):
        raise IsADirectoryError(21, "Is a directory", name)
    with open(name, "rb") as file:
        return file.read()


def lines_of(data):
    return data.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n") if data else []


# ---- text ----


@command("neE")
def echo(streams, options, words):
    text = " ".join(words)
    streams.say((unescape(text) if "e" in options else text) + ("" if "n" in options else "\n"))


ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", "0": "\0", "e": "\x1b"}


def unescape(text):
    return re.sub(r"\\x([0-9a-fA-F]{1,2})|\\(0[0-7]{1,3}|.)", lambda found: chr(int(found[1], 16)) if found[1] else
                  chr(int(found[2], 8)) if len(found[2]) > 1 else ESCAPES.get(found[2], "\\" + found[2]), text)


@command(words=True)
def printf(streams, _, words):
    if not words:
        raise Misused("missing operand")
    form, rest = unescape(words[0]), list(words[1:])
    while True:
        left = len(rest)

        def convert(found):
            if found[2] == "%":
                return "%"
            given = rest.pop(0) if rest else ""
            if found[2] in "sb":
                return (found[1] + "s") % (unescape(given) if found[2] == "b" else given)
            number = float(given or 0) if found[2] in "feg" else int(given or "0", 0)
            return (found[1] + found[2]) % number

        streams.say(re.sub(r"(%[-+ 0#]*\d*(?:\.\d+)?)([sbdixXofeg%])", convert, form))
        if not rest or len(rest) == left:
            return 0


@command("nAeu")
def cat(streams, options, names):
    data = contents(streams, names)
    if "n" in options:
        return streams.say("".join("%6d\t%s\n" % pair for pair in enumerate(lines_of(data), 1)))
    streams.out(data)


@command("nrufbk:t:")
def sort(streams, options, names):
    column, separator = int(options.get("k", "0").split(",")[0].rstrip("nr")), options.get("t")

    def key(line):
        part = (line.split(separator) + [""] * column)[column - 1] if column else line
        if "n" in options:
            number = re.match(r"\s*-?\d*\.?\d*", part)[0].strip()
            return (float(number) if number.strip("-.") else 0.0, line)
        return (part.lower() if "f" in options else part, line)

    lines = sorted(lines_of(contents(streams, names)), key=key, reverse="r" in options)
    if "u" in options:
        lines = list(dict.fromkeys(lines))
    streams.say("".join(line + "\n" for line in lines))


@command("cdui")
def uniq(streams, options, names):
    import itertools

    for line, group in itertools.groupby(lines_of(contents(streams, names)), str.lower if "i" in options else None):
        same = list(group)
        if ("d" not in options or len(same) > 1) and ("u" not in options or len(same) == 1):
            streams.say(("%7d %s\n" if "c" in options else "%.0s%s\n") % (len(same), same[0]))


def parts(streams, options, names):
    """How many lines or bytes are wanted, and all that there are."""
    data = contents(streams, names)
    return options.get("c", options.get("n", "10")), data if "c" in options else data.splitlines(keepends=True)


@command("n:c:q")
def head(streams, options, names):
    count, data = parts(streams, options, names)
    streams.out(b"".join([data[:int(count)]] if "c" in options else data[:int(count)]))


@command("n:c:qf")
def tail(streams, options, names):
    count, data = parts(streams, options, names)
    start = int(count[1:]) - 1 if count.startswith("+") else max(len(data) - int(count.lstrip("-")), 0)
    streams.out(b"".join([data[start:]] if "c" in options else data[start:]))


@command("lwcm")
def wc(streams, options, names):
    wanted = [letter for letter in "lwmc" if letter in options] or ["l", "w", "c"]
    rows = []
    for name in names or [None]:
        data = contents(streams, [name or "-"])
        counts = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data), "m": len(data.decode(errors="replace"))}
        rows.append(([counts[letter] for letter in wanted], name))
    if len(rows) > 1:
        rows.append(([sum(column) for column in zip(*(counts for counts, _ in rows))], "total"))
    alone = len(rows) == 1 and len(wanted) == 1
    width = 1 if alone else len(str(max(max(counts) for counts, _ in rows))) if names else 7
    for counts, name in rows:
        streams.say(" ".join("%*d" % (width, count) for count in counts) + (" " + name if name else "") + "\n")


@command("ivcnlEFowqrhH")
def grep(streams, options, words):
    if not words:
        raise Misused("no pattern")
    pattern, names = words[0], list(words[1:])
    if "r" in options:
        names = [os.path.join(folder, name) for top in names or ["."] for folder, _, found in sorted(os.walk(top)) for name in sorted(found)]
    source = re.escape(pattern) if "F" in options else pattern if "E" in options else extended(pattern)
    look = re.compile(r"\b(?:%s)\b" % source if "w" in options else source, re.IGNORECASE if "i" in options else 0)
    found_any = False
    for name in names or ["-"]:
        lead = name + ":" if ("r" in options or len(names) > 1) and "h" not in options else ""
        hits = [(number, line) for number, line in enumerate(lines_of(contents(streams, [name])), 1) if bool(look.search(line)) != ("v" in options)]
        found_any = found_any or bool(hits)
        if "q" in options:
            continue
        if "l" in options:
            streams.say(name + "\n" if hits else "")
        elif "c" in options:
            streams.say("%s%d\n" % (lead, len(hits)))
        else:
            for number, line in hits:
                shown = [found[0] for found in look.finditer(line)] if "o" in options else [line]
                streams.say("".join("%s%s%s\n" % (lead, "%d:" % number if "n" in options else "", part) for part in shown))
    return 0 if found_any else 1


def extended(basic):
    """A basic regular expression of POSIX as an extended one: what is special in one is so behind a backslash in the other."""
    return re.sub(r"\\([|(){}+?])|([|(){}+?])|(\\.)", lambda found: found[1] or ("\\" + found[2] if found[2] else found[3]), basic)


@command("ds")
def tr(streams, options, sets):
    span = lambda text: re.sub(r"(.)-(.)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), unescape(text))
    named = {"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:space:]": " \t\n"}
    first, *second = [span(named.get(text, text)) for text in sets]
    text = streams.stdin.decode("utf-8", "surrogateescape")
    if "d" in options:
        text = text.translate(dict.fromkeys(map(ord, first)))
    elif second:
        to = second[0].ljust(len(first), second[0][-1:])
        text = text.translate({ord(a): b for a, b in zip(first, to)})
    if "s" in options:
        text = re.sub("([%s])\\1+" % re.escape((second or [first])[0]), r"\1", text)
    streams.say(text)


@command("d:f:c:")
def cut(streams, options, names):
    chosen = []
    for part in options.get("f", options.get("c", "")).split(","):
        low, _, high = part.partition("-")
        chosen.append(slice(int(low or 1) - 1, int(high) if high else None if "-" in part else int(low)))
    for line in lines_of(contents(streams, names)):
        mark = "" if "c" in options else options.get("d", "\t")
        fields = list(line) if "c" in options else line.split(mark)
        streams.say(mark.join(field for piece in chosen for field in fields[piece]) + "\n")


@command("a")
def tee(streams, options, names):
    for name in names:
        with open(name, "ab" if "a" in options else "wb") as file:
            file.write(streams.stdin)
    streams.out(streams.stdin)


@command("w")
def seq(streams, options, words):
    numbers = [float(word) if "." in word else int(word) for word in words]
    first, step, last = (1, 1, *numbers)[-3:] if len(numbers) == 1 else (numbers[0], 1, numbers[1]) if len(numbers) == 2 else numbers
    while first <= last if step > 0 else first >= last:
        streams.say("%s\n" % first)
        first += step


# ---- files ----


@command("aA1lhRdtrS")
def ls(streams, options, names):
    for name in names or ["."]:
        if not os.path.lexists(name):
            raise FileNotFoundError(2, "No such file or directory", "cannot access '%s'" % name)
    folders = [name for name in names or ["."] if os.path.isdir(name) and "d" not in options]
    show(streams, options, "", [name for name in names if name not in folders])
    for name in folders:
        if len(names) > 1:
            streams.say("%s:\n" % name)
        inside = sorted(os.listdir(name), key=lambda entry: entry.lstrip(".").lower())
        dots = [".", ".."] if "a" in options else []
        show(streams, options, name, dots + [entry for entry in inside if not entry.startswith(".") or set(options) & {"a", "A"}])


def show(streams, options, folder, names):
    order = {"t": lambda name: -os.lstat(os.path.join(folder, name)).st_mtime, "S": lambda name: -os.lstat(os.path.join(folder, name)).st_size}
    for letter in set(options) & set(order):
        names = sorted(names, key=order[letter])
    for name in reversed(names) if "r" in options else names:
        if "l" in options:
            found = os.lstat(os.path.join(folder, name))
            when = time.strftime("%b %e %H:%M", time.localtime(found.st_mtime))
            streams.say("%s %d user user %6d %s " % (stat.filemode(found.st_mode), max(found.st_nlink, 1), found.st_size, when))
        streams.say(name + "\n")


@command("pm:v")
def mkdir(streams, options, names):
    for name in names:
        try:
            os.makedirs(name, exist_ok=True) if "p" in options else os.mkdir(name)
        except OSError as error:
            raise OSError(error.errno, error.strerror, "cannot create directory '%s'" % name) from None


@command()
def rmdir(streams, options, names):
    for name in names:
        os.rmdir(name)


@command("c")
def touch(streams, options, names):
    for name in names:
        with open(name, "ab"):
            os.utime(name)


@command("rRfv")
def rm(streams, options, names):
    for name in names:
        if os.path.isdir(name) and not os.path.islink(name):
            if not set(options) & {"r", "R"}:
                raise Misused("cannot remove '%s': Is a directory" % name)
            shutil.rmtree(name)
        elif os.path.lexists(name):
            os.remove(name)
        elif "f" not in options:
            raise Misused("cannot remove '%s': No such file or directory" % name)


@command("rRapvf")
def cp(streams, options, names):
    *sources, target = names
    for source in sources:
        place = os.path.join(target, os.path.basename(source)) if os.path.isdir(target) else target
        if not os.path.exists(source):
            raise Misused("cannot stat '%s': No such file or directory" % source)
        if os.path.isdir(source):
            if not set(options) & {"r", "R", "a"}:
                raise Misused("-r not specified; omitting directory '%s'" % source)
            shutil.copytree(source, place)
        else:
            shutil.copyfile(source, place)


@command("fv")
def mv(streams, options, names):
    *sources, target = names
    for source in sources:
        if not os.path.lexists(source):
            raise Misused("cannot stat '%s': No such file or directory" % source)
        os.replace(source, os.path.join(target, os.path.basename(source)) if os.path.isdir(target) else target)


@command(words=True)
def find(streams, _, words):
    import fnmatch

    tops = []
    while words and not words[0].startswith("-"):
        tops.append(words.pop(0))
    tests = dict(zip(words[::2], words[1::2]))
    if set(tests) - {"-name", "-type"}:
        raise Misused("unknown predicate '%s'" % min(set(tests) - {"-name", "-type"}))
    for top in tops or ["."]:
        for folder, folders, files in os.walk(top):
            folders.sort()
            for path, kind in [(folder, "d"), *((os.path.join(folder, name), "f") for name in sorted(files))]:
                if tests.get("-type", kind) == kind and fnmatch.fnmatch(os.path.basename(path), tests.get("-name", "*")):
                    streams.say(path + "\n")


# ---- the rest ----


@command(words=True)
def true(streams, _, words):
    return 0


@command(words=True)
def false(streams, _, words):
    return 1


@command()
def pwd(streams, options, words):
    streams.say(os.getcwd() + "\n")


@command()
def sleep(streams, options, words):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    time.sleep(sum(float(word.rstrip("smhd")) * units.get(word[-1:], 1) for word in words))


@command()
def basename(streams, options, words):
    name = os.path.basename(words[0].rstrip("/"))
    streams.say((name.removesuffix(words[1]) if words[1:] else name) + "\n")


@command()
def dirname(streams, options, words):
    streams.say((os.path.dirname(words[0].rstrip("/")) or ".") + "\n")


@command(words=True)
def env(streams, _, words):
    environment = dict(streams.environment)
    while words and "=" in words[0]:
        name, _, environment[name] = words.pop(0).partition("=")
    if words:
        return run_command(streams.copy(environment=environment), words)
    streams.say("".join("%s=%s\n" % pair for pair in environment.items()))


@command()
def printenv(streams, options, names):
    missing = [name for name in names if name not in streams.environment]
    chosen = {name: streams.environment[name] for name in names if name not in missing} if names else streams.environment
    streams.say("".join("%s\n" % value if names else "%s=%s\n" % (name, value) for name, value in chosen.items()))
    return 1 if missing else 0


@command("u")
def date(streams, options, words):
    form = words[0][1:] if words and words[0].startswith("+") else "%a %b %e %H:%M:%S %Z %Y"
    streams.say(time.strftime(form, time.gmtime() if "u" in options else time.localtime()) + "\n")


@command("asnrm")
def uname(streams, options, words):
    known = {"s": "Linux", "n": "localhost", "r": "codemode", "m": "wasm32"}
    streams.say(" ".join(known[letter] for letter in known if letter in options or "a" in options or not options and letter == "s") + "\n")


@command()
def whoami(streams, options, words):
    streams.say("user\n")


@command()
def hostname(streams, options, words):
    streams.say("localhost\n")


@command()
def which(streams, options, names):
    known = [name for name in names if is_command(name)]
    streams.say("".join("/usr/bin/%s\n" % name for name in known))
    return 0 if len(known) == len(names) else 1


# ---- sh ----


class Unknown(Exception):
    """A construct of the shell that is not here."""


TOKEN = re.compile(r"""[ \t]+|\#[^\n]*|(?P<operator>\d?>&\d|&>|&&|\|\||\d?>>|\d?>|[|&;<()\n])|(?P<word>(?:[^\s'"\\|&;<>()$`]|\\.|'[^']*'
    |"(?:[^"\\]|\\.)*"|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$|`[^`]*`)+)""".replace("\n    ", ""), re.DOTALL)
PIECE = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|(\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}|\$\w+|\$[?$#@])|\\(.)|(.)""", re.DOTALL)
VALUE = re.compile(r"""(\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}|\$\w+|\$[?$#@])|\\([$`"\\\n])""")
KEYWORDS = {"if", "for", "while", "until", "case", "function", "{", "[[", "select"}


class Shell:
    """Runs a line as `sh -c` does: pipes, lists, redirections, variables, patterns. What it does not know it says."""

    def __init__(self, streams, arguments=()):
        self.streams, self.arguments, self.status = streams, list(arguments), 0
        self.variables = dict(streams.environment)
        self.left = False

    def run(self, text):
        tokens, at = [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise Unknown("unexpected `%s'" % text[at])
            at = found.end()
            if found.lastgroup is not None:
                tokens.append((found.lastgroup, found[0]))
        pipeline, before = [], ";"
        for kind, token in [*tokens, ("operator", ";")]:
            if kind == "word" or token not in (";", "&", "&&", "||", "\n"):
                pipeline.append((kind, token))
                continue
            if pipeline:
                if not self.left and not (before == "&&" and self.status or before == "||" and not self.status):
                    self.status = self.run_pipeline(pipeline)
                pipeline = []
                before = token
        return self.status

    def run_pipeline(self, tokens):
        stages = [[]]
        for token in tokens:
            if token == ("operator", "|"):
                stages.append([])
            else:
                stages[-1].append(token)
        data, status = self.streams.stdin, 0
        for number, stage in enumerate(stages):
            last = number == len(stages) - 1
            sink = io.BytesIO()
            status = self.run_stage(stage, self.streams.copy(stdin=data, out=self.streams.out if last else sink.write))
            data = sink.getvalue()
        return status

    def run_stage(self, tokens, streams):
        words, assigned = [], {}
        tokens = list(tokens)
        try:
            while tokens:
                kind, token = tokens.pop(0)
                if kind == "word":
                    if not words and token in KEYWORDS:
                        raise Unknown("`%s' is not here; write it in Python" % token)
                    if not words and (found := re.fullmatch(r"([A-Za-z_]\w*)=(.*)", token, re.DOTALL)):
                        assigned[found[1]] = " ".join(self.expand(found[2]))
                    else:
                        words.extend(self.expand(token))
                elif token in ("(", ")"):
                    raise Unknown("`%s' is not here; write it in Python" % token)
                else:
                    self.redirect(streams, token, None if "&" in token[1:] else self.target(tokens))
        except OSError as error:
            streams.complain("sh: 1: cannot open %s: %s\n" % (error.filename, (error.strerror or "").removesuffix("or directory").strip()))
            return 2
        if not words:
            self.variables.update(assigned)
            return 0
        return self.run_words(streams.copy(environment={**self.variables, **assigned}), words)

    def target(self, tokens):
        """The file that a redirection names."""
        if not tokens or tokens[0][0] != "word":
            raise Unknown("a redirection names no file")
        return " ".join(self.expand(tokens.pop(0)[1]))

    def redirect(self, streams, operator, name):
        if operator == "<":
            streams.stdin = read_bytes(name)
        elif operator.endswith(">&1"):
            streams.err = streams.out
        elif operator.endswith(">&2"):
            streams.out = streams.err
        else:
            with open(name, "ab" if operator.endswith(">>") else "wb"):
                pass

            def sink(data):
                with open(place, "ab") as file:
                    file.write(data)

            place = os.path.abspath(name)
            sink = (lambda data: None) if name == "/dev/null" else sink
            if not operator.startswith("2"):
                streams.out = sink
            if operator.startswith(("2", "&")):
                streams.err = sink

    def run_words(self, streams, words):
        name, *rest = words
        if name == "cd":
            try:
                os.chdir(rest[0] if rest else streams.environment.get("HOME", "/"))
            except OSError:
                streams.complain("sh: 1: cd: can't cd to %s\n" % rest[0])
                return 2
            return 0
        if name == "exit":
            self.left = True
            return int(rest[0]) if rest else self.status
        if name == "export":
            self.variables.update(word.split("=", 1) for word in rest if "=" in word)
            return 0
        if name in (":", "set"):
            return 0
        if not is_command(name):
            streams.complain("sh: 1: %s: not found\n" % name)
            return 127
        return run_command(streams, words)

    def value(self, text):
        """What `$NAME`, `${NAME}` or `$(command)` stands for."""
        if text.startswith(("$(", "`")):
            sink = io.BytesIO()
            inner = Shell(self.streams.copy(out=sink.write, environment=self.variables))
            self.status = inner.run(text[2:-1] if text.startswith("$(") else text[1:-1])
            return sink.getvalue().decode("utf-8", "surrogateescape").rstrip("\n")
        name = text[1:].strip("{}")
        name, mark, default = name.partition(":-")
        if not re.fullmatch(r"\w+|[?$#@]", name):
            raise Unknown("`%s' is not here" % text)
        if name.isdigit():
            return self.arguments[int(name)] if int(name) < len(self.arguments) else ""
        special = {"?": self.status, "$": os.getpid(), "#": max(len(self.arguments) - 1, 0), "@": " ".join(self.arguments[1:])}
        return str(special[name] if name in special else self.variables.get(name, "") or default)

    def expand(self, word):
        """The fields that a word becomes: quotes taken away, values put in, file names found."""
        fields, pattern, plain, is_pattern, is_field = [], "", "", False, False
        for single, double, value, escaped, bare in PIECE.findall(word):
            if value:
                first, *others = re.split(r"\s+", self.value(value))
                pattern, plain = pattern + glob.escape(first), plain + first
                for other in others:
                    fields.append(plain)
                    pattern, plain = glob.escape(other), other
                is_field = is_field or bool(plain)
                continue
            is_field = True
            if bare:
                is_pattern = is_pattern or bare in "*?["
                home = self.variables.get("HOME", "~") if bare == "~" and not plain else bare
                pattern, plain = pattern + home, plain + home
            else:
                inside = VALUE.sub(lambda found: self.value(found[1]) if found[1] else found[2].strip("\n"), double)
                pattern, plain = pattern + glob.escape(single + inside + escaped), plain + single + inside + escaped
        found = sorted(glob.glob(pattern)) if is_pattern else []
        return [*fields, *(found or [plain])] if is_field or fields else []


def run_shell(streams, text, arguments=()):
    folder = os.getcwd()
    try:
        return Shell(streams, arguments).run(text)
    except Unknown as error:
        streams.complain("sh: 1: codemode: %s\n" % error)
        return 2
    finally:
        os.chdir(folder)
