

"""`subprocess` where there are no processes: a child is a Python program that runs in a `__main__` of its own, a command of
embedded_shell.py, or a line of a shell. It runs to its end when its parent waits for it: by `wait`, by reading what it says, by
sleeping.
"""

import subprocess

PYTHON = re.compile(r"python(3(\.\d+)?)?(\.wasm)?")
PLACES = ("", "/bin", "/usr/bin", "/usr/local/bin")


def is_python(name):
    return name == sys.executable or bool(PYTHON.fullmatch(os.path.basename(name))) and os.path.dirname(name) in PLACES


def is_command(name):
    """Whether a child of this name can be started: one of ours, or a file that says what reads it."""
    known = os.path.basename(name) in {*COMMANDS, "sh", "bash"} and os.path.dirname(name) in PLACES
    return known or is_python(name) or "/" in name and os.path.isfile(name)


def run_command(streams, words):
    """The exit status of a command."""
    name, *rest = words
    base = os.path.basename(name)
    if is_python(name):
        return run_python(streams, words)
    if base in COMMANDS and os.path.dirname(name) in PLACES:
        return COMMANDS[base](streams, base, rest)
    if base in ("sh", "bash") and os.path.dirname(name) in PLACES:
        while rest and re.fullmatch(r"-[eux]+", rest[0]):
            rest.pop(0)
        if rest[:1] == ["-c"]:
            return run_shell(streams, rest[1], rest[2:] or [base])
        return run_shell(streams, (read_bytes(rest[0]) if rest else streams.stdin).decode(), rest)
    first = read_bytes(name).split(b"\n", 1)[0]
    reader = first[2:].decode().split() if first.startswith(b"#!") else ["sh"]
    reader = reader[1:] if os.path.basename(reader[0]) == "env" else reader
    return run_command(streams, [os.path.basename(reader[0]), *reader[1:], name, *rest])


class Expired(BaseException):
    """Nobody waits for this child any longer."""


class Left(BaseException):
    """A child has left by `os._exit`."""


# ---- Python ----


class Sink(io.RawIOBase):
    """A stream of bytes into a function."""

    def __init__(self, write, name):
        self.sink, self.name, self.mode = write, name, "wb"

    def writable(self):
        return True

    def write(self, data):
        self.sink(bytes(data))
        return len(data)


def run_python(streams, words):
    """The exit status of a program that gets an interpreter of its own, as far as one interpreter can give two."""
    name, *rest = words
    isolated = False
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "-c", "-m"):
        option = rest.pop(0)
        if option in ("-V", "--version"):
            streams.say("Python %d.%d.%d\n" % sys.version_info[:3])
            return 0
        isolated = isolated or option in ("-I", "-P")
        if option in ("-W", "-X"):
            rest.pop(0)
    kind = rest.pop(0) if rest else "-"
    if kind in ("-c", "-m"):
        text = rest.pop(0)
    if kind == "-c":
        code, filename, first = text, "<string>", "-c"
    elif kind == "-m":
        code, filename, first = "import runpy; runpy._run_module_as_main(%r)" % text, "<codemode>", text
    else:
        try:
            code = (streams.stdin if kind == "-" else read_bytes(kind)).decode()
        except OSError as error:
            streams.complain("%s: can't open file %r: [Errno %d] %s\n" % (name, os.path.abspath(kind), error.errno, error.strerror))
            return 2
        filename, first = ("<stdin>" if kind == "-" else os.path.abspath(kind)), kind
    with World(streams, [first, *rest], "" if isolated else os.path.dirname(filename) if kind[:1] != "-" else os.getcwd()) as world:
        return world.run(code, filename, named=None if filename.startswith("<") else filename)


class World:
    """What two interpreters do not share: `__main__`, arguments, streams, environment, the program's own modules."""

    def __init__(self, streams, arguments, place):
        self.streams, self.arguments, self.place = streams, arguments, place
        self.handlers = []

    def __enter__(self):
        import atexit

        parent = guest.interpreter
        self.kept = (sys.argv, sys.path[:], sys.stdin, sys.stdout, sys.stderr, sys.__stdin__, sys.__stdout__, sys.__stderr__,
                     sys.excepthook, atexit.register, guest.threads.waiting)
        self.environment, self.module = dict(os.environ), parent.module
        workspace = os.path.dirname(parent.module.__file__) + os.sep
        self.hidden = {name: module for name, module in sys.modules.items() if name in ("__main__", "__mp_main__")
                       or str(getattr(module, "__file__", None) or "").startswith(workspace)}
        for module in self.hidden:
            del sys.modules[module]
        self.before = set(sys.modules)
        sys.argv, guest.threads.waiting = self.arguments, []
        sys.path[0:1] = [self.place] if self.place else []
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BytesIO(self.streams.stdin), "utf-8")
        sys.stdout = sys.__stdout__ = self.stream(self.streams.out, "<stdout>", "surrogateescape")
        sys.stderr = sys.__stderr__ = self.stream(self.streams.err, "<stderr>", "backslashreplace")
        sys.excepthook = sys.__excepthook__
        atexit.register = self.register
        if self.environment != self.streams.environment:
            os.environ.clear()
            os.environ.update(self.streams.environment)
        return self

    def stream(self, write, name, errors):
        return io.TextIOWrapper(io.BufferedWriter(Sink(write, name)), "utf-8", errors, line_buffering=name == "<stderr>")

    def register(self, function, *arguments, **names):
        self.handlers.append(lambda: function(*arguments, **names))
        return function

    def run(self, code, filename, named):
        module = sys.modules["__main__"] = types.ModuleType("__main__")
        module.__builtins__ = builtins
        if named is not None:
            module.__file__ = named
        if filename != "<codemode>":
            remember_source(code, filename)
        status = self.lead(lambda: exec(compile(code, filename, "exec", dont_inherit=True), vars(module)), filename)
        for step in (guest.threads.finish, *reversed(self.handlers)):
            self.lead(step, filename)
        flush_streams()
        return status

    def lead(self, step, filename):
        try:
            step()
        except (Blocked, Ended, Expired):
            raise
        except Left as left:
            return left.args[0]
        except SystemExit as error:
            return exit_ending(error).get("code", 0)
        except BaseException as error:
            if sys.excepthook is sys.__excepthook__:
                write_error(render_traceback(error, filename) + "\n")
            else:
                sys.excepthook(type(error), error, error.__traceback__)
            return 1
        return 0

    def __exit__(self, *_):
        import atexit

        for name in set(sys.modules) - self.before:
            if name in self.hidden or str(getattr(sys.modules[name], "__file__", None) or "").startswith("/workspace/"):
                del sys.modules[name]
        sys.modules.update(self.hidden)
        (sys.argv, sys.path[:], sys.stdin, sys.stdout, sys.stderr, sys.__stdin__, sys.__stdout__, sys.__stderr__,
         sys.excepthook, atexit.register, guest.threads.waiting) = self.kept
        if dict(os.environ) != self.environment:
            os.environ.clear()
            os.environ.update(self.environment)


# ---- subprocess ----


class Reading(io.RawIOBase):
    """The parent's end of what a child says: to read it is to wait for the child."""

    def __init__(self, child, data):
        self.child, self.data, self.at = child, data, 0

    def readable(self):
        return True

    def readinto(self, place):
        self.child.finish()
        part = self.data[self.at:self.at + len(place)]
        place[:len(part)] = part
        self.at += len(part)
        return len(part)


class Writing(io.RawIOBase):
    """The parent's end of what a child reads. The child has all of it, or what was there when its parent began to read."""

    def __init__(self, child):
        self.child = child

    def writable(self):
        return True

    def write(self, data):
        if self.child.status is not None:
            raise BrokenPipeError(32, "Broken pipe")
        self.child.stdin += bytes(data)
        return len(data)


class Child(threading.Thread):
    """A child: it runs when somebody waits, from its beginning again when that was not long enough."""

    _numbers = itertools.count(1)
    _apart = _leads = True

    def __init__(self, words, shell, folder, environment):
        super().__init__(name=str(words))
        self.words, self.shell, self.folder, self.environment = words, shell, folder, environment
        self.stdin, self.is_fed, self.out, self.err, self.status = b"", True, None, None, None
        self.pid = os.getpid() + 1000 + next(self._numbers)
        self.until = None
        self.began = time.monotonic()

    def sleeps(self):
        """The seconds of a child that does nothing else."""
        if self.shell or os.path.basename(self.words[0]) != "sleep" or len(self.words) != 2:
            return None
        return float(self.words[1])

    def begin(self):
        if self.sleeps() is None:
            guest.threads.expect(self)

    def run(self):
        if self.status is not None or not self.is_fed:
            return
        for target in (self.out, self.err):
            if isinstance(target, bytearray):
                target.clear()
        said = []
        streams = Streams(bytes(self.stdin), self.sink(self.out, said), self.sink(self.err, said), self.environment)
        folder = os.getcwd()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        try:
            os.chdir(self.folder)
            self.status = run_shell(streams, self.words[0], self.words) if self.shell else run_command(streams, self.words)
        except Exception as error:
            # A child that cannot go on is no failure of its parent.
            streams.complain("codemode: %s: %s\n" % (type(error).__name__, error))
            self.status = 1
        finally:
            os.chdir(folder)
        for write, data in said:
            write(data)

    def sink(self, target, said):
        """Where what it says goes: kept back while it may have to begin again."""
        if isinstance(target, bytearray):
            return target.extend
        return target if self.until is None else lambda data: said.append((target, data))

    def finish(self, until=None):
        """Runs to the end, if that comes before this time."""
        self.is_fed = True
        if self.status is not None:
            return
        lasts = self.sleeps()
        if lasts is not None:
            left = self.began + lasts - time.monotonic()
            time.sleep(max(min(left, left if until is None else until - time.monotonic()), 0))
            self.status = 0 if until is None or self.began + lasts <= until else None
        else:
            self.until = until
            guest.threads.lead(self)

    def look(self):
        """Whether it has ended."""
        lasts = self.sleeps()
        if self.status is None and lasts is not None and time.monotonic() >= self.began + lasts:
            self.status = 0
        if self.status is None and lasts is None and self.is_fed:
            self.finish()
        return self.status

    def end(self, number):
        if self.status is None:
            self.status = -number
        guest.threads.end(self)


def target_of(given, inherited):
    """Where a child's output goes: a buffer that the parent reads, or a function that takes bytes."""
    if given == subprocess.PIPE:
        return bytearray()
    if given == subprocess.DEVNULL:
        return lambda data: None
    descriptor = inherited if given is None else given if isinstance(given, int) else given.fileno()

    def write(data):
        while data:
            data = data[os.write(descriptor, data):]

    return write


def make_popen(base):
    class Popen(base):
        __doc__ = base.__doc__

        def _get_handles(self, stdin, stdout, stderr):
            self._given = stdin, stdout, stderr
            return (-1,) * 6

        def _execute_child(self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell, *_):
            words = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
            words = [os.fsdecode(word) for word in words]
            if executable is not None:
                words[0] = os.fsdecode(executable)
            if cwd is not None and not os.path.isdir(cwd):
                raise FileNotFoundError(2, "No such file or directory", os.fspath(cwd))
            if not shell and not is_command(words[0]):
                raise FileNotFoundError(2, "No such file or directory", words[0])
            environment = {os.fsdecode(name): os.fsdecode(value) for name, value in (os.environ if env is None else env).items()}
            child = self._child = Child(words, shell, os.getcwd() if cwd is None else cwd, environment)
            self.pid, self._child_created = child.pid, True
            stdin, stdout, stderr = self._given
            child.out = target_of(stdout, 1)
            child.err = child.out if stderr == subprocess.STDOUT else target_of(stderr, 2)
            if stdin == subprocess.PIPE:
                child.is_fed = False
                self.stdin = self._opened(io.BufferedWriter(Writing(child)), write_through=True)
            elif stdin not in (None, subprocess.DEVNULL):
                child.stdin = read_all(stdin)
            if stdout == subprocess.PIPE:
                self.stdout = self._opened(io.BufferedReader(Reading(child, child.out)))
            if stderr == subprocess.PIPE:
                self.stderr = self._opened(io.BufferedReader(Reading(child, child.err)))
            child.begin()

        def _opened(self, stream, **options):
            return io.TextIOWrapper(stream, self.encoding or "utf-8", self.errors, **options) if self.text_mode else stream

        def _stdin_write(self, input):
            if input:
                self.stdin.write(input)
            self.stdin.close()

        def _communicate(self, input, endtime, orig_timeout):
            if self.stdin and not self.stdin.closed:
                self._stdin_write(input)
            self._wait_until(endtime, orig_timeout)
            read = [stream.read() if stream else None for stream in (self.stdout, self.stderr)]
            return tuple(read)

        def communicate(self, input=None, timeout=None):
            if self._communication_started and input:
                raise ValueError("Cannot send input after starting communication")
            self._communication_started = True
            return self._communicate(input, None if timeout is None else time.monotonic() + timeout, timeout)

        def _wait_until(self, until, timeout):
            try:
                self._child.finish(until)
            except Expired:
                pass
            if self._child.status is None:
                raise subprocess.TimeoutExpired(self.args, timeout)
            self.returncode = self._child.status

        def _wait(self, timeout):
            if self.returncode is None:
                self._wait_until(None if timeout is None else time.monotonic() + timeout, timeout)
            return self.returncode

        def _internal_poll(self, _deadstate=None):
            if self.returncode is None:
                self.returncode = self._child.look()
            return self.returncode

        def send_signal(self, sig):
            if self.returncode is None:
                self._child.end(int(sig))
                self.returncode = self._child.status

        def __del__(self):
            pass

    Popen.__module__, Popen.__qualname__ = "subprocess", "Popen"
    return Popen


def read_all(stream):
    """What a stream that a child is given has left."""
    if isinstance(stream, int):
        return b"".join(iter(lambda: os.read(stream, 1 << 16), b""))
    data = stream.read()
    return data.encode() if isinstance(data, str) else data


# ---- asyncio ----


def install_asyncio_children():
    import asyncio
    import asyncio.subprocess as streams

    class Process:
        """A child as an event loop has it."""

        def __init__(self, popen):
            self._popen, self.pid = popen, popen.pid
            self.stdin = Feed(popen.stdin) if popen.stdin else None
            self.stdout, self.stderr = (Output(stream) if stream else None for stream in (popen.stdout, popen.stderr))

        returncode = property(lambda self: self._popen.returncode)

        async def wait(self):
            child = self._popen._child
            if child.sleeps() is not None and child.status is None:
                await asyncio.sleep(max(child.began + child.sleeps() - time.monotonic(), 0))
            else:
                await asyncio.sleep(0)
            return self._popen.wait()

        async def communicate(self, input=None):
            if self.stdin is not None:
                self._popen._stdin_write(input)
            await self.wait()
            return self._popen.communicate() if self._popen.stdin is None else self._popen._communicate(None, None, None)

        def send_signal(self, signal):
            self._popen.send_signal(signal)

        def terminate(self):
            self._popen.terminate()

        def kill(self):
            self._popen.kill()

    class Feed:
        def __init__(self, stream):
            self._stream = stream
            self.write, self.writelines, self.close, self.write_eof = stream.write, stream.writelines, stream.close, stream.close

        async def drain(self):
            self._stream.flush()

        async def wait_closed(self):
            pass

        def is_closing(self):
            return self._stream.closed

    class Output(asyncio.StreamReader):
        """Has all that a child says when it is first read."""

        def __init__(self, stream):
            super().__init__(limit=1 << 40)
            self._stream = stream

        async def _wait_for_data(self, name):
            await asyncio.sleep(0)
            self.feed_data(self._stream.read())
            self.feed_eof()

    async def create_subprocess_exec(program, *args, stdin=None, stdout=None, stderr=None, limit=None, **options):
        return Process(subprocess.Popen([program, *args], stdin=stdin, stdout=stdout, stderr=stderr, **options))

    async def create_subprocess_shell(cmd, stdin=None, stdout=None, stderr=None, limit=None, **options):
        return Process(subprocess.Popen(cmd, shell=True, stdin=stdin, stdout=stdout, stderr=stderr, **options))

    for module in (asyncio, streams):
        module.create_subprocess_exec, module.create_subprocess_shell = create_subprocess_exec, create_subprocess_shell
    streams.Process = Process


def install_children():
    subprocess._can_fork_exec = True
    subprocess.Popen = make_popen(subprocess.Popen)
    os.system = lambda command: subprocess.Popen(command, shell=True).wait() << 8
    os.waitstatus_to_exitcode = lambda status: status >> 8 if not status & 0x7F else -(status & 0x7F)
    install_asyncio_children()
    Interpreter.run = with_children(Interpreter.run)


def with_children(run):
    """The same function; children that nobody waited for have run when it returns."""

    def whole(interpreter, message):
        done = run(interpreter, message)
        for child in [thread for thread in guest.threads.waiting if isinstance(thread, Child)]:
            guest.threads.lead(child)
        return done

    return whole
