

"""What an interpreter without processes can do of them: signals that a program sends itself, timers, and the ways of
`multiprocessing` to run functions elsewhere, which run here one after the other with copies of what they are given."""

import functools
import itertools
import math
import pickle
import signal


class Signals:
    """A signal comes where it is sent; a timer's where the program sleeps, jumps or calls."""

    IGNORED = (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH)
    FIXED = (signal.SIGKILL, signal.SIGSTOP)
    # A tool of `sys.monitoring` that nobody has a name for.
    TOOL = 4

    def __init__(self, sleep, now, leave):
        self.sleep, self.now, self.leave = sleep, now, leave
        self.handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGPIPE: signal.SIG_IGN, signal.SIGXFSZ: signal.SIG_IGN}
        self.due, self.interval = None, 0.0
        # Whether the program's own code runs: what a handler raises has no place to go outside of it.
        self.inside = False

    def lead(self, execute):
        """The same function, in which timers come."""

        def led(*arguments):
            self.inside = True
            try:
                return execute(*arguments)
            finally:
                self.inside = False

        return led

    def known(self, number):
        try:
            return signal.Signals(number)
        except ValueError:
            raise ValueError("signal number out of range") from None

    def getsignal(self, number):
        return self.handlers.get(self.known(number), signal.SIG_DFL)

    def signal(self, number, handler):
        number = self.known(number)
        if threading.current_thread() is not threading.main_thread():
            raise ValueError("signal only works in main thread of the main interpreter")
        if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        if number in self.FIXED:
            raise OSError(22, "Invalid argument")
        before = self.getsignal(number)
        self.handlers[number] = handler if callable(handler) else signal.Handlers(handler)
        return before

    def deliver(self, number, frame):
        handler = self.getsignal(number)
        if callable(handler):
            handler(int(number), frame)
        elif handler == signal.SIG_DFL and number not in self.IGNORED:
            self.leave(number)

    def raise_signal(self, number):
        self.deliver(self.known(number), sys._getframe(1))

    def kill(self, pid, number):
        if pid not in (0, -1, os.getpid()):
            raise ProcessLookupError(3, "No such process")
        if number:
            self.deliver(self.known(number), sys._getframe(1))

    def getitimer(self, which):
        return (0.0 if self.due is None else max(self.due - self.now(), 1e-6), self.interval)

    def setitimer(self, which, seconds, interval=0.0):
        before = self.getitimer(which)
        self.interval = float(interval)
        self.arm(self.now() + seconds if seconds > 0 else None)
        return before

    def alarm(self, seconds):
        return math.ceil(self.setitimer(signal.ITIMER_REAL, seconds)[0])

    def arm(self, due):
        events = sys.monitoring
        if (due is None) != (self.due is None):
            if due is None:
                events.set_events(self.TOOL, 0)
                events.free_tool_id(self.TOOL)
            else:
                events.use_tool_id(self.TOOL, "timers")
                for event in (events.events.JUMP, events.events.PY_START):
                    events.register_callback(self.TOOL, event, self.look)
                events.set_events(self.TOOL, events.events.JUMP | events.events.PY_START)
        self.due = due

    def look(self, *_):
        """What the interpreter calls at every jump and call while a timer runs."""
        frame = sys._getframe(1)
        if self.inside and frame.f_globals is not globals():
            self.take(frame)

    def take(self, frame):
        """Delivers the signal of a timer that is due."""
        if self.due is not None and self.now() >= self.due:
            self.arm(self.now() + self.interval if self.interval else None)
            self.deliver(signal.SIGALRM, frame)

    def nap(self, seconds):
        """Sleeps, and takes what comes meanwhile."""
        end = self.now() + seconds
        while self.inside and self.due is not None and self.due < end:
            self.sleep(max(self.due - self.now(), 0))
            self.take(sys._getframe(1))
            seconds = max(end - self.now(), 0)
        self.sleep(seconds)

    def pause(self):
        if self.due is None:
            raise RuntimeError("this program waits for a signal that never comes: nobody else can send one here")
        self.nap(max(self.due - self.now(), 0) + 1e-3)


def install_signals(sleep, now, leave):
    signals = Signals(sleep, now, leave)
    signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF, signal.ItimerError = 0, 1, 2, OSError
    for name in ("alarm", "getitimer", "getsignal", "pause", "raise_signal", "setitimer", "signal"):
        setattr(signal, name, getattr(signals, name))
    signal.siginterrupt = lambda number, flag: None
    signal.valid_signals = lambda: set(signal.Signals)
    os.kill = signals.kill
    Interpreter.execute = signals.lead(Interpreter.execute)
    return signals


# ---- multiprocessing ----


class Shared:
    """What all processes have in common, so that it is handed on as it is."""

    def __reduce_ex__(self, protocol):
        raise TypeError("%s objects should only be shared between processes through inheritance" % type(self).__name__)


def of_its_own(value, worker):
    """A copy, as another process has it; the thing itself where it cannot be copied."""
    if isinstance(value, End):
        return End(value.inbox, value.outbox, value.readable, value.writable, value.copies)
    try:
        body = pickle.dumps(value)
        with elsewhere(worker):
            return pickle.loads(body)
    except Exception:
        return value


def start_method():
    import multiprocessing

    return multiprocessing.get_start_method()


class elsewhere:
    """While it lasts, the current process is another one, with a `__main__` of its own where it has one."""

    def __init__(self, worker):
        self.worker = worker

    def __enter__(self):
        import multiprocessing.process as process

        self.before, process._current_process = process._current_process, self.worker
        self.mains = {name: sys.modules["__main__"] for name in MAINS}
        if self.worker._main is not None:
            sys.modules.update(dict.fromkeys(MAINS, self.worker._main))

    def __exit__(self, *_):
        import multiprocessing.process as process

        process._current_process = self.before
        sys.modules.update(self.mains)


MAINS = ("__main__", "__mp_main__")


def read_again(worker, method):
    """Gives a process that is not forked its own `__main__`: it reads the program again, as `multiprocessing.spawn` has it. A
    program that does not ask which one it is could not bear that; it counts as forked."""
    interpreter, module = guest.interpreter, types.ModuleType("__mp_main__")
    if method == "fork" or "__name__" not in interpreter.code:
        return
    module.__file__, module.__builtins__ = interpreter.module.__file__, builtins
    try:
        code = compile(interpreter.code, os.path.basename(module.__file__), "exec", dont_inherit=True)
    except SyntaxError:
        # It waits or returns at its top level.
        return
    worker._main, worker._inheriting = module, True
    try:
        with elsewhere(worker):
            exec(code, vars(module))
    finally:
        worker._inheriting = False


class Process(threading.Thread):
    """A process that runs here, where it is started."""

    _numbers = itertools.count(1)
    _children = []
    _apart, _ends, _inheriting, _main, _method = True, (), False, None, None

    def __init__(self, group=None, target=None, name=None, args=(), kwargs={}, *, daemon=None):
        number = next(self._numbers)
        kind = type(self).__name__ if self._method else "Process"
        super().__init__(None, target, name or "%s-%d" % (kind, number), args, kwargs, daemon=False)
        self.exitcode, self.pid, self.authkey = None, None, b""
        self._as_daemon, self._number = bool(daemon), number

    daemon = property(lambda self: self._as_daemon, lambda self, value: setattr(self, "_as_daemon", value))
    ident = property(lambda self: self.pid)

    def start(self):
        if self.pid is not None:
            raise AssertionError("cannot start a process twice")
        import multiprocessing.spawn as spawn

        spawn._check_not_importing_main()
        self.pid = os.getpid() + self._number
        self._children.append(self)
        self.run = functools.partial(self._lead, self._begin())
        super().start()

    def _begin(self):
        """What it does, with what it is given as another process has that. How it fails is told when it runs."""
        try:
            read_again(self, self._method or start_method())
        except BaseException as error:
            trouble = error

            def run():
                raise trouble

            return run
        self._args = tuple(of_its_own(value, self) for value in self._args)
        self._ends = [value for value in self._args if isinstance(value, End)]
        self._kwargs = {name: of_its_own(value, self) for name, value in self._kwargs.items()}
        self._target = of_its_own(self._target, self)
        own = getattr(self._main, type(self).__qualname__, None)
        return functools.partial(own.run, self) if isinstance(own, type) and type(self).__module__ == "__main__" else self.run

    def _lead(self, run):
        with elsewhere(self):
            try:
                run()
                code = 0
            except (Blocked, Ended):
                raise
            except SystemExit as error:
                ending = exit_ending(error)
                code = ending.get("code", 0)
            except BaseException as error:
                write_error("Process %s:\n%s\n" % (self.name, render_traceback(error, os.path.basename(guest.interpreter.module.__file__))))
                code = 1
        self.exitcode = code
        for end in self._ends:
            end.close()
        flush_streams()

    def join(self, timeout=None):
        if self.pid is None:
            raise AssertionError("can only join a started process")
        super().join(timeout)
        if self.exitcode is not None and self in self._children:
            self._children.remove(self)

    def is_alive(self):
        return self.pid is not None and self.exitcode is None

    def terminate(self):
        self._end(-signal.SIGTERM)

    def kill(self):
        self._end(-signal.SIGKILL)

    def _end(self, code):
        if self.is_alive():
            self.exitcode = int(code)
            guest.threads.end(self)

    def close(self):
        pass

    def __repr__(self):
        state = "initial" if self.pid is None else "started" if self.exitcode is None else "stopped exitcode=%d" % self.exitcode
        return "<Process name=%r %s>" % (self.name, state)


class Outcome:
    """`AsyncResult` of what has run already."""

    def __init__(self, function, arguments, names, done, failed):
        try:
            self._value, self._error = function(*arguments, **names), None
        except Exception as error:
            self._value, self._error = None, error
        listener = failed if self._error is not None else done
        if listener is not None:
            listener(self._value if self._error is None else self._error)

    def get(self, timeout=None):
        if self._error is not None:
            raise self._error
        return self._value

    def wait(self, timeout=None):
        pass

    def ready(self):
        return True

    def successful(self):
        return self._error is None


class Pool:
    """`multiprocessing.Pool`: its functions run here, one after the other, when they are asked for."""

    _numbers = itertools.count(1)

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, context=None):
        if processes is not None and processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        self._processes, self._open = processes or os.cpu_count() or 1, True
        method = context.get_start_method() if context is not None else start_method()
        kind = {"fork": "Fork", "spawn": "Spawn"}.get(method, "ForkServer")
        self._worker = Process(name="%sPoolWorker-%d" % (kind, next(self._numbers)), daemon=True)
        self._worker.pid = os.getpid() + self._worker._number
        read_again(self._worker, method)
        if initializer is not None:
            self._call(initializer, initargs)

    def _call(self, function, arguments, names={}):
        body = pickle.dumps((function, tuple(arguments), names))
        with elsewhere(self._worker):
            function, arguments, names = pickle.loads(body)
            try:
                body, failed = pickle.dumps(function(*arguments, **names)), False
            except Exception as error:
                body, failed = pickle.dumps(error), True
        result = pickle.loads(body)
        if failed:
            raise result
        return result

    def _check(self):
        if not self._open:
            raise ValueError("Pool not running")

    def apply(self, func, args=(), kwds={}):
        return self.apply_async(func, args, kwds).get()

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):
        self._check()
        return Outcome(self._call, (func, args, kwds), {}, callback, error_callback)

    def map(self, func, iterable, chunksize=None):
        return self.map_async(func, iterable).get()

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return self.starmap_async(func, ((item,) for item in iterable), None, callback, error_callback)

    def starmap(self, func, iterable, chunksize=None):
        return self.starmap_async(func, iterable).get()

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        self._check()
        return Outcome(lambda: [self._call(func, arguments) for arguments in iterable], (), {}, callback, error_callback)

    def imap(self, func, iterable, chunksize=1):
        self._check()
        return (self._call(func, (item,)) for item in iterable)

    imap_unordered = imap

    def close(self):
        self._open = False

    terminate = close

    def join(self):
        if self._open:
            raise ValueError("Pool is still running")

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, *_):
        self.close()


def make_executor(base):
    class ProcessPoolExecutor(base.Executor):
        __doc__ = Pool.__doc__

        def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=(), *, max_tasks_per_child=None):
            if max_workers is not None and max_workers <= 0:
                raise ValueError("max_workers must be greater than 0")
            self._max_workers = max_workers or os.cpu_count() or 1
            self._pool = Pool(max_workers, initializer, initargs, context=mp_context)

        def submit(self, fn, /, *args, **kwargs):
            if not self._pool._open:
                raise RuntimeError("cannot schedule new futures after shutdown")
            future = base.Future()
            future.set_running_or_notify_cancel()
            try:
                future.set_result(self._pool._call(fn, args, kwargs))
            except Exception as error:
                future.set_exception(error)
            return future

        def map(self, fn, *iterables, timeout=None, chunksize=1, **names):
            if chunksize < 1:
                raise ValueError("chunksize must be >= 1.")
            return super().map(fn, *iterables, timeout=timeout)

        def shutdown(self, wait=True, *, cancel_futures=False):
            self._pool.close()

    ProcessPoolExecutor.__module__, ProcessPoolExecutor.__qualname__ = "concurrent.futures.process", "ProcessPoolExecutor"
    return ProcessPoolExecutor


class Guarded(Shared):
    """What has a lock of its own."""

    def get_lock(self):
        return self._lock

    def get_obj(self):
        return self

    def acquire(self, *arguments):
        return self._lock.acquire(*arguments)

    def release(self):
        self._lock.release()

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *details):
        return self._lock.__exit__(*details)


class Value(Guarded):
    def __init__(self, typecode_or_type, *args, lock=True):
        kind = typecode_or_type if isinstance(typecode_or_type, str) else "i"
        self.value = args[0] if args else 0.0 if kind in "fd" else b"" if kind == "c" else 0
        self._lock = threading.RLock() if lock in (True, None) else lock

    def __repr__(self):
        return "<Synchronized wrapper for %r>" % self.value


class Array(Guarded, list):
    def __init__(self, typecode_or_type, size_or_initializer, *, lock=True):
        number = isinstance(size_or_initializer, int)
        super().__init__([0.0 if typecode_or_type in ("f", "d") else 0] * size_or_initializer if number else size_or_initializer)
        self._lock = threading.RLock() if lock in (True, None) else lock


class End(Shared):
    """One end of a pipe. Each process has a copy, and it is closed when the last one is."""

    def __init__(self, inbox, outbox, reads, writes, copies=None):
        self.inbox, self.outbox, self.readable, self.writable, self.closed = inbox, outbox, reads, writes, False
        self.copies = [0] if copies is None else copies
        self.copies[0] += 1

    def send(self, obj):
        if self.closed or not self.writable:
            raise OSError("handle is closed" if self.closed else "connection is read-only")
        self.outbox.put(pickle.dumps(obj))

    def recv(self):
        if self.closed or not self.readable:
            raise OSError("handle is closed" if self.closed else "connection is write-only")
        body = self.inbox.get()
        if body is None:
            self.inbox.put(None)
            raise EOFError
        return pickle.loads(body)

    send_bytes, recv_bytes = send, recv

    def poll(self, timeout=0.0):
        end = None if timeout is None else time.monotonic() + timeout
        while self.inbox.empty():
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return False
            time.sleep(0.001)
        return True

    def close(self):
        if not self.closed:
            self.closed = True
            self.copies[0] -= 1
            if not self.copies[0]:
                # Whoever reads at the other end finds that nothing follows.
                self.outbox.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class SharedDict(Shared, dict):
    def copy(self):
        return dict(self)


class SharedList(Shared, list):
    pass


class Manager:
    """`multiprocessing.Manager()`: what it makes is here, and the same for all."""

    def dict(self, *args, **names):
        return SharedDict(*args, **names)

    def list(self, *args):
        return SharedList(*args)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def shutdown(self):
        pass


def install_processes():
    import concurrent.futures.process as executors
    import multiprocessing.context as contexts
    import multiprocessing.process as process
    import queue

    class Queue(Shared, queue.Queue):
        def put(self, obj, block=True, timeout=None):
            super().put(pickle.dumps(obj), block, timeout)

        def get(self, block=True, timeout=None):
            return pickle.loads(super().get(block, timeout))

        def close(self):
            pass

        join_thread = cancel_join_thread = close

    def pipe(duplex=True):
        here, there = queue.Queue(), queue.Queue()
        return End(here, there, True, duplex), End(there, here, duplex, True)

    class Namespace(Shared):
        def __init__(self, /, **names):
            vars(self).update(names)

    makers = {"Array": Array, "Barrier": threading.Barrier, "BoundedSemaphore": threading.BoundedSemaphore, "Condition": threading.Condition,
              "Event": threading.Event, "JoinableQueue": Queue, "Lock": threading.Lock, "Manager": Manager, "Pipe": pipe, "Pool": Pool,
              "Queue": Queue, "RLock": threading.RLock, "RawArray": Array, "RawValue": Value, "Semaphore": threading.Semaphore,
              "SimpleQueue": Queue, "Value": Value}
    for name, make in makers.items():
        setattr(contexts.BaseContext, name, staticmethod(functools.partial(make)))
        if name not in ("Manager", "Pipe", "RawArray", "RawValue", "SimpleQueue"):
            setattr(Manager, name, staticmethod(functools.partial(make)))
    Manager.Namespace = Namespace
    process.active_children = lambda: [child for child in Process._children if child.is_alive()]
    contexts.BaseContext.active_children = staticmethod(process.active_children)
    contexts.BaseContext.Process = contexts.DefaultContext.Process = Process
    for method, kind in (("fork", "ForkProcess"), ("spawn", "SpawnProcess"), ("forkserver", "ForkServerProcess")):
        context = type(contexts._concrete_contexts[method])
        context.Process = type(kind, (Process,), {"_method": method, "__module__": "multiprocessing.context"})
        context._check_available = lambda context: None
    contexts._default_context._default_context = contexts._concrete_contexts["forkserver"]
    import multiprocessing

    for name in multiprocessing.__all__:
        setattr(multiprocessing, name, getattr(contexts._default_context, name))
    executors.ProcessPoolExecutor = make_executor(executors._base)
