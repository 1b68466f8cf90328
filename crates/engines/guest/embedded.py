

"""The Python guest inside WebAssembly: no descriptors, no threads, no processes. In one text with runner.py, behind it.

Every message goes through the one function that the host gives, `_host.call`: a letter, and what belongs to it. Between two
messages nothing of this stands on the stack, so that the whole interpreter is what its memory holds.
"""

import _host
import errno
import io
import itertools
import time


class Link:
    """Frames through the host's function. References are taken now: a program may replace what modules hold."""

    def __init__(self, call=_host.call, scan=json.JSONDecoder().scan_once):
        self.call, self.scan = call, scan
        self.owner = os.getpid()

    def send(self, **message):
        # Half of a surrogate pair is legal in a Python text and nowhere else.
        if self.call(b"s" + ENCODE(message).encode("utf-8", "replace")) != b"sent":
            raise OSError("the link to codemode is gone")

    def receive(self):
        return self.decode(self.call(b"r"))

    def poll(self, seconds):
        """The next frame, or None when none came in this time."""
        body = self.call(b"p%d" % min(max(int(seconds * 1000), 0), 1 << 40))
        return self.decode(body)

    def decode(self, body):
        # The host writes nothing around its frames that would have to be looked for.
        return self.scan(body.decode(), 0)[0] if body else None

    def rest(self, status):
        """The host drops this interpreter when it has the last frame."""

    def leave(self, status):
        os._exit(status)


# ---- asyncio: a loop that sleeps in the host, which wakes it for frames ----


def make_selector(line, places):
    import selectors

    class Selector(selectors._BaseSelectorImpl):
        """What an event loop waits for: sockets, the answers of tools, threads that call back, and time."""

        is_woken = False

        def select(self, timeout=None):
            threads, now = guest.threads, time.monotonic
            keys = self._fd_to_key
            if not keys and not threads.waiting:
                self.wait_alone(timeout)
                return []
            writers = [number for number, key in keys.items() if key.events & selectors.EVENT_WRITE]
            readers = [number for number, key in keys.items() if key.events & selectors.EVENT_READ]
            end = None if timeout is None else now() + max(timeout, 0)
            while True:
                found = places.readable(readers)
                left = None if end is None else end - now()
                if found or writers or self.is_woken or left is not None and left <= 0:
                    break
                threads.pause(left, outer(readers))
            self.is_woken = False
            ready = dict.fromkeys(found, selectors.EVENT_READ)
            for number in writers:
                ready[number] = ready.get(number, 0) | selectors.EVENT_WRITE
            return [(keys[number], events & keys[number].events) for number, events in ready.items()]

        def wait_alone(self, timeout):
            """Without threads and sockets nothing but time and the answers of tools can come."""
            if not any(call.listeners for call in list(line.calls.values())):
                if timeout is None and not self.is_woken:
                    raise RuntimeError("this program waits for what never comes: no thread and no socket can wake it here")
                if timeout is not None and timeout > 0 and not self.is_woken:
                    time.sleep(timeout)
            else:
                message = line.link.receive() if timeout is None else line.link.poll(timeout)
                if message is not None:
                    line.take(message)
            self.is_woken = False

    return Selector


def run_loop(loop):
    """`BaseEventLoop.run_forever` in a thread of its own."""
    from asyncio import events

    others = sys.get_asyncgen_hooks()
    loop._run_forever_setup()
    try:
        while True:
            while (until := loop_waits_until(loop)) > loop.time():
                own = sys.get_asyncgen_hooks()
                sys.set_asyncgen_hooks(*others)
                yield Blocked(until, outer(loop._selector.get_map()))
                others = sys.get_asyncgen_hooks()
                sys.set_asyncgen_hooks(*own)
                events._set_running_loop(loop)
            loop._run_once()
            if loop._stopping:
                return
    finally:
        if not isinstance(sys.exception(), GeneratorExit):
            loop._run_forever_cleanup()


def loop_waits_until(loop):
    selector = loop._selector
    if loop._ready or loop._stopping or selector.is_woken or selector.select(0):
        return 0.0
    return loop._scheduled[0]._when if loop._scheduled else FOREVER


def install_loop(line, places):
    import asyncio
    from asyncio import base_events, events, runners, unix_events

    selector = make_selector(line, places)

    class Loop(unix_events._UnixSelectorEventLoop):
        def __init__(self):
            super().__init__(selector())

        def _make_self_pipe(self):
            pass

        _close_self_pipe = _make_self_pipe

        def _write_to_self(self):
            if self._selector is not None:
                self._selector.is_woken = True
                guest.threads.events += 1

        def add_signal_handler(self, number, callback, *arguments):
            signal.signal(number, lambda *_: self.call_soon_threadsafe(callback, *arguments))

        def remove_signal_handler(self, number):
            before = signal.getsignal(number)
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            return callable(before) and before is not signal.default_int_handler

    Loop.__name__ = Loop.__qualname__ = "_UnixSelectorEventLoop"
    Loop.__module__ = "asyncio.unix_events"
    WAITS[base_events.BaseEventLoop.run_forever] = run_loop
    policy = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    type(policy())._loop_factory = Loop
    asyncio.SelectorEventLoop = asyncio.EventLoop = Loop

    def new_event_loop():
        return Loop()

    for module in (asyncio, events, runners.events):
        module.new_event_loop = new_event_loop


# ---- what Linux calls otherwise ----

# The numbers of `errno.h` in WASI, and those that programs know.
NUMBERS = {"E2BIG": 7, "EACCES": 13, "EAGAIN": 11, "EBADF": 9, "EBUSY": 16, "EEXIST": 17, "EFBIG": 27, "EINVAL": 22, "EIO": 5,
           "EISDIR": 21, "ELOOP": 40, "EMFILE": 24, "ENAMETOOLONG": 36, "ENOENT": 2, "ENOSPC": 28, "ENOSYS": 38, "ENOTDIR": 20,
           "ENOTEMPTY": 39, "ENOTSUP": 95, "EPERM": 1, "EPIPE": 32, "EROFS": 30, "ESPIPE": 29, "ETIMEDOUT": 110, "EXDEV": 18,
           "ECONNREFUSED": 111, "EDQUOT": 122, "EADDRINUSE": 98, "EADDRNOTAVAIL": 99, "ECONNABORTED": 103, "ECONNRESET": 104, "EISCONN": 106,
           "ENOTCONN": 107, "EALREADY": 114, "EINPROGRESS": 115, "ENETUNREACH": 101, "EHOSTUNREACH": 113, "EWOULDBLOCK": 11,
           "EAFNOSUPPORT": 97, "EMSGSIZE": 90, "EPROTOTYPE": 91, "EINTR": 4, "ENOTSOCK": 88, "EDOM": 33, "ERANGE": 34, "ECHILD": 10, "ENOEXEC": 8}
# What the C library here words otherwise.
TEXTS = {18: "Invalid cross-device link", 24: "Too many open files", 29: "Illegal seek", 34: "Numerical result out of range",
         36: "File name too long", 40: "Too many levels of symbolic links", 95: "Operation not supported", 110: "Connection timed out"}
USED = ("access chdir close dup dup2 fdopen fstat ftruncate futimens link listdir lseek lstat mkdir open pread pwrite read "
        "readlink remove rename replace rmdir scandir stat symlink truncate unlink utime write").split()


# The classes of errors, by the name of their number.
KINDS = {"EACCES": PermissionError, "EAGAIN": BlockingIOError, "ECHILD": ChildProcessError, "ECONNREFUSED": ConnectionRefusedError,
         "EEXIST": FileExistsError, "EINTR": InterruptedError, "EISDIR": IsADirectoryError, "ENOENT": FileNotFoundError,
         "ENOTDIR": NotADirectoryError, "EPERM": PermissionError, "EPIPE": BrokenPipeError, "ETIMEDOUT": TimeoutError,
         "ECONNABORTED": ConnectionAbortedError, "ECONNRESET": ConnectionResetError, "EALREADY": BlockingIOError, "EINPROGRESS": BlockingIOError}


def kinds_of_errors():
    """The interpreter's own table of them, by number: `OSError(2, "...")` looks there for the class that it becomes."""
    # What is frozen is looked at by nobody; it is frozen again when all is there.
    gc.unfreeze()
    for table in gc.get_referrers(ChildProcessError):
        if type(table) is dict and all(type(key) is int for key in table):
            return table
    return {}


def install_numbers():
    known = {getattr(errno, name): number for name, number in NUMBERS.items() if hasattr(errno, name)}
    for name, number in NUMBERS.items():
        setattr(errno, name, number)
    errno.errorcode.clear()
    errno.errorcode.update({number: name for name, number in NUMBERS.items() if name != "EWOULDBLOCK"})

    kinds = kinds_of_errors()
    kinds.update({NUMBERS[name]: kind for name, kind in KINDS.items()})

    def told(function):
        @functools.wraps(function)
        def call(*arguments, **names):
            try:
                return function(*arguments, **names)
            except OSError as error:
                # Once only: an error may pass through more than one of these.
                if error.errno not in known or getattr(error, "__notes_number__", False):
                    raise
                number, told = known[error.errno], error
            words, context = TEXTS.get(number, told.strerror), told.__context__
            if type(told) is not kinds.get(number, OSError):
                told = OSError(number, words, told.filename, None, told.filename2)
                told.__context__ = context
            told.errno, told.strerror, told.args, told.__notes_number__ = number, words, (number, words), True
            raise told

        return call

    own, words = {number: code for code, number in known.items()}, os.strerror
    os.strerror = lambda number, /: TEXTS.get(number) or words(own.get(number, number))
    builtins.open = io.open = globals()["OPEN"] = with_program(told(builtins.open))
    for name in USED:
        if hasattr(os, name):
            setattr(os, name, told(getattr(os, name)))
    # More than 32 bits: programs take it for a number that none of theirs reaches.
    sys.maxsize = (1 << 63) - 1


def install_hashes():
    """What CPython takes from OpenSSL, which is not here."""
    import hashlib
    import hmac

    def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
        size = hashlib.new(hash_name).digest_size
        key, block = b"", 0
        while len(key) < (dklen or size):
            block += 1
            step = hmac.digest(password, salt + block.to_bytes(4, "big"), hash_name)
            total = int.from_bytes(step, "big")
            for _ in range(iterations - 1):
                step = hmac.digest(password, step, hash_name)
                total ^= int.from_bytes(step, "big")
            key += total.to_bytes(size, "big")
        return key[:dklen or size]

    if not hasattr(hashlib, "pbkdf2_hmac"):
        hashlib.pbkdf2_hmac = pbkdf2_hmac


def until(line, done, alone=Line.until):
    """Whoever leads the threads lets them go on while it waits."""
    threads = guest.threads
    if threads.waiting and threads.running[-1] is threads.main:
        threads.wait(done)
    else:
        alone(line, done)


def next_run(line, alone=Line.until):
    # Between programs nobody has a turn.
    alone(line, lambda: line.inbox)
    line.calls.clear()
    return line.inbox.popleft()


def listen(line, call, listener):
    """The event loop itself reads here."""
    if call.answer is None:
        call.listeners.append(listener)
    else:
        listener()


NO_SITE = ". Site initialization is disabled, did you forget to add the site-packages directory to sys.path or to enable your virtual environment?"


def install_traceback():
    """What this build says of itself is no help to the author of a program."""
    render = render_traceback
    globals()["render_traceback"] = lambda error, filename: render(error, filename).replace(NO_SITE, "")


def leave(link, status):
    if any(isinstance(thread, Child) for thread in guest.threads.running):
        raise Left(status)
    link.call(b"x%d" % status)


def install_identity():
    """What `python3 main.py` would say of itself: where its library is, and that it looks for modules beside the program."""
    import zipimport

    sys.flags = sys.flags.__replace__(isolated=0, ignore_environment=0, no_user_site=0, no_site=0, safe_path=False)
    place = zipimport.zipimporter.get_filename
    zipimport.zipimporter.get_filename = lambda importer, name: place(importer, name).removesuffix("c")
    for module in list(sys.modules.values()):
        if str(getattr(module, "__file__", None) or "").endswith(".pyc"):
            module.__file__ = module.__spec__.origin = module.__file__.removesuffix("c")


def with_program(open):
    """The same `open`, for which the program is a file that can be read."""

    def opened(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *rest, **options):
        if isinstance(file, int) and file in guest.pipes:
            return open_pipe(file, mode, buffering, encoding, errors, newline, *rest, **options)
        try:
            return open(file, mode, buffering, encoding, errors, newline, *rest, **options)
        except FileNotFoundError:
            module = guest.interpreter.module
            if isinstance(file, int) or set(mode) & set("wax+") or os.path.abspath(os.fspath(file)) != getattr(module, "__file__", None):
                raise
            data = io.BytesIO(guest.interpreter.code.encode("utf-8", "surrogatepass"))
            data.name = file
            return data if "b" in mode else io.TextIOWrapper(data, encoding or "utf-8", errors, newline)

    return functools.wraps(open)(opened)


def begin(modules):
    """What the host calls once, before it keeps the memory as an image."""
    open_streams()
    Line.listen, Line.until, Line.next_run = listen, until, next_run
    link = Link()
    globals()["guest"] = Guest(link)
    install_traceback()
    wires, guest.places = install_sockets(link.call)
    # The system interface knows no status of 126 and more.
    os._exit = lambda status: leave(link, status)
    signals = install_signals(time.sleep, time.monotonic, lambda number: link.call(b"k%d" % number))
    threads = guest.threads = install_threads(signals.nap)
    install_processes()
    install_children()
    install_identity()
    install_hashes()
    install_decimals()
    threads.line, threads.wires = guest.interpreter.tools.line, wires
    install_loop(threads.line, guest.places)
    for name in modules:
        try:
            __import__(name)
        except ImportError:
            pass
    install_numbers()
    install_pipes(guest.places)
    install_integers()
    # Threads that those modules started are none of a program's.
    threads.waiting.clear()
    threads.count = 1
    threading._counter = itertools.count(1).__next__
    # What those modules would do at the end of a process has nothing to do with a program.
    import atexit

    atexit._clear()
    guest.interpreter.note_modules()
    warm_up(link)
    gc.collect()
    gc.freeze()
    # After that: what is frozen is never collected.
    guest.interpreter.open_module()


# Runs of a program until the interpreter has adapted its code to what it sees, which it does in the code itself.
WARM_RUNS = 40
WARM_CODE = "x = 1\nfor i in range(3): x += i\nprint('warm', x)\nf'{x}'"
WARM_LAST = {"start": WARM_CODE.rindex("\n") + 1, "end": len(WARM_CODE), "line": 4, "column": 0}


def warm_up(link):
    """Runs programs that nobody hears, so that the first real one finds the interpreter as the hundredth would."""
    ask, interpreter, hook = link.call, guest.interpreter, threading.excepthook
    run = {"type": "run", "code": WARM_CODE, "filename": "main.py", "last": WARM_LAST, "layers": [], "nonce": "", "text_encoding": None,
           "value_chars_max": 1000, "variables": {}, "workspace": "/workspace"}
    streams = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    try:
        for count in range(WARM_RUNS):
            body = ENCODE({**run, "session": count < WARM_RUNS - 2}).encode()
            link.call = lambda message: body if message == b"r" else b"sent"
            sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.BufferedWriter(io.BytesIO()), "utf-8", line_buffering=True)
            step()
            interpreter.open_module()
    finally:
        link.call, threading.excepthook = ask, hook
        guest.threads.copies.programs.clear()
        sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__ = streams
        interpreter.runs = 0


HOLE_BYTES_MAX = 1 << 16
# What a text of bytes takes beside them.
BYTES_HEAD = sys.getsizeof(b"")


def fill_holes():
    """Fills what is free between the objects of the image, so that programs write to few pages: the memory behind it."""
    held = globals()["FILLED"] = []

    def fill(make):
        """Makes objects until one lies behind all others."""
        while True:
            made = make()
            held.append(made)
            if id(made) > id(last):
                return

    size = HOLE_BYTES_MAX
    last = bytes(8 * size)
    while size > BYTES_HEAD:
        fill(lambda: bytes(size - BYTES_HEAD))
        size -= 8 if size <= 1024 else size // 16
    fill(lambda: float(len(held)))
    fill(object)


MAIN = sys.modules["__main__"]


def step():
    try:
        guest.step()
    finally:
        # The host's next words are said in the module of this name, which a program may have changed.
        sys.modules["__main__"] = MAIN


def first_step():
    """Every interpreter out of one image would draw the same numbers."""
    import random

    random.seed()
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        # What `seed()` itself would draw, without the costly mixing.
        numbers.seed([int.from_bytes(part, "little") for part in (os.urandom(4), os.urandom(4), os.urandom(4), os.urandom(4))])
    step()


def tell_modules():
    """Tells the host what can be imported, and which distributions that are."""
    import pkgutil

    standard = set(sys.stdlib_module_names)
    installed = {module.name for module in pkgutil.iter_modules()} - standard
    guest.link.send(type="done", standard=sorted(standard), installed=sorted(installed))


def check():
    """What the host calls when everything that has begun is there, as the last before it keeps the memory."""
    install_turns({"__import__('_codemode').step()": step, "__import__('_codemode').first_step()": first_step})
    fill_holes()


def install_turns(known):
    """The runtime takes a turn for a line at a prompt: it makes trees of it and remembers its text. Ours are always the same."""
    frame = sys._getframe()
    while frame is not None and "_run_turn" not in frame.f_globals:
        frame = frame.f_back
    if frame is None:
        return
    names = frame.f_globals
    OUR_NAMES.append(names)
    read = names["_run_turn"]
    names["_run_turn"] = lambda text, name: known[text]() if text in known else read(text, name)
