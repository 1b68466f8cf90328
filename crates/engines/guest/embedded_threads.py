

"""Threads of a program that has one: each runs until it has to wait, and goes on when those that it waits for have gone on.

Whoever waits at the bottom of the stack, which is the program itself, leads the others: it gives those a turn whose time has come.
A thread whose functions could be copied (embedded_weave.py) goes on where it stopped; another one is called again from its beginning.
"""

import contextvars
import functools
import io
import time

FOREVER = float("inf")
# How long a thread runs before others have a turn, as CPython has it.
SLICE_SECONDS = 0.005


class Blocked(BaseException):
    """A thread has to wait: until this time, or until something happens."""

    def __init__(self, until=FOREVER, streams=()):
        self.until, self.streams = until, streams


class Ended(BaseException):
    """A daemon that would sleep on when nobody waits any more: it ends here, as all of them do at the end of a program."""


class Threads:
    """All threads of a program, and whose turn it is."""

    def __init__(self, sleep, now=time.monotonic):
        self.sleep_really, self.now = sleep, now
        self.copies = Copies()
        self.count = 1
        self.events = 0
        self.main = threading.main_thread()
        self.running = [self.main]
        self.until = [0.0]
        self.waiting = []
        self.left = []
        self.line = self.wires = None
        self.slice_from = 0.0

    # -- what programs do with a thread

    def start(self, thread):
        if thread._started.is_set():
            raise RuntimeError("threads can only be started once")
        thread._started.set()
        self.count += 1
        thread._ident = thread._native_id = self.count
        if thread.daemon and not self.is_woven(thread):
            self.expect(thread)
        else:
            self.turn(thread)

    def is_woven(self, thread):
        run = thread._target if type(thread).run is threading.Thread.run else thread.run
        return hasattr(thread, "_work") or self.copy_of(run) is not None

    def copy_of(self, function):
        while isinstance(function, functools.partial):
            function = function.func
        function = getattr(function, "__func__", function)
        return WAITS.get(function) or self.copies.of(function) if type(function) is types.FunctionType else None

    def expect(self, thread):
        """Lets a thread wait for its first turn."""
        thread._started.set()
        thread._wakes, thread._seen, thread._streams, thread._steps = 0.0, -1, (), None
        self.waiting.append(thread)

    def join(self, thread, timeout=None):
        if not thread._started.is_set():
            raise RuntimeError("cannot join thread before it is started")
        if thread is self.running[-1]:
            raise RuntimeError("cannot join current thread")
        self.wait(lambda: thread not in self.waiting and thread not in self.running, timeout)

    def end(self, thread):
        """A thread that waits never runs again."""
        if thread in self.waiting:
            self.waiting.remove(thread)
            self.left.append(thread._steps)
        thread._over = True
        self.events += 1

    def finish(self):
        """What CPython does at its end: it waits for the threads that are no daemons."""
        for thread in [thread for thread in self.waiting if not thread.daemon]:
            try:
                self.join(thread)
            except RuntimeError:
                # It waits for what nobody gives any more; CPython would stand still here.
                self.waiting.remove(thread)
        # Daemons stop where they are: what they would do when they are left is not done.
        self.left.extend(thread._steps for thread in self.waiting)
        self.waiting.clear()

    # -- turns

    def lead(self, thread):
        """Gives one that waits its turn now."""
        if thread in self.waiting:
            self.waiting.remove(thread)
            self.turn(thread)

    def turn(self, thread):
        """Runs a thread until it has to wait, or to its end."""
        if getattr(thread, "_steps", None) is None:
            thread._kept, thread._context = vars(thread).copy(), contextvars.Context()
            thread._wait_ends, thread._is_late, thread._direct, thread._steps = FOREVER, False, False, steps_of(thread)
        self.running.append(thread)
        loop = asyncio_events._get_running_loop()
        asyncio_events._set_running_loop(None)
        before, self.slice_from = self.slice_from, self.now()
        try:
            blocked = thread._context.run(next, thread._steps)
        except StopIteration:
            pass
        except (Blocked, Expired) as blocked:
            # It waits inside of what cannot be left: it begins again.
            vars(thread).update(thread._kept)
            thread._steps = None
            self.put_off(thread, blocked)
            return
        except (Ended, SystemExit):
            pass
        except BaseException as error:
            threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, thread)))
        else:
            self.put_off(thread, blocked)
            return
        finally:
            self.slice_from = before
            asyncio_events._set_running_loop(loop)
            self.running.pop()
        thread._over, thread._steps, thread._kept = True, None, None
        self.events += 1

    def put_off(self, thread, blocked):
        thread._wakes, thread._streams = getattr(blocked, "until", 0.0), getattr(blocked, "streams", ())
        thread._seen = self.events
        self.waiting.append(thread)

    def is_due(self, thread):
        return thread._wakes <= self.now() or thread._seen != self.events and not hasattr(thread, "_sleeps")

    def others(self, until):
        """Gives those that are due a turn, and says whether anything happened."""
        before = self.events
        self.until.append(until)
        try:
            due = [thread for thread in self.waiting if self.is_due(thread)]
            for thread in sorted(due, key=lambda thread: min(thread._wakes, self.now())):
                if hasattr(thread, "_leads"):
                    thread.until = None if until == FOREVER else until
                self.lead(thread)
        finally:
            self.until.pop()
        return self.events != before

    def next_time(self):
        """When a thread wants to go on that waits for a time."""
        return min((thread._wakes for thread in self.waiting), default=FOREVER)

    def nap(self, until, streams=()):
        """Waits until this time, or until a tool has answered or a stream from outside can be read."""
        left = max(until - self.now(), 0)
        streams = {*streams, *(number for thread in self.waiting for number in thread._streams)}
        if streams:
            found = self.wires.ready(streams, None if until == FOREVER else left, bool(self.line.calls))
            if 0 in found:
                self.line.take(self.line.link.receive())
            self.events += bool(found)
        elif self.line is not None and self.line.calls:
            message = self.line.link.receive() if until == FOREVER else self.line.link.poll(left)
            if message is not None:
                self.line.take(message)
                self.events += 1
        else:
            self.sleep_really(left)

    # -- waiting

    def wait(self, done, timeout=None):
        """Whether this became so before the time was over. Others go on meanwhile."""
        end = FOREVER if timeout is None else self.now() + max(timeout, 0)
        while not done():
            if self.clock() >= end:
                return False
            self.pause(None if end == FOREVER else end - self.now())
        return True

    def pause(self, seconds, streams=()):
        """Waits for others, or for streams from outside. False when nothing happened in that time."""
        end = FOREVER if seconds is None else self.now() + max(seconds, 0)
        current = self.running[-1]
        leads = current is self.main or hasattr(current, "_leads")
        if not leads and current._direct:
            if current._wait_ends <= self.now():
                current._wait_ends, current._is_late = FOREVER, True
                return False
            current._is_late = False
            raise Blocked(end, streams)
        if self.others(end):
            return True
        wakes = self.next_time()
        awaits = streams or self.line is not None and self.line.calls or any(thread._streams for thread in self.waiting)
        if end == wakes == FOREVER and not awaits:
            if not leads:
                raise Blocked
            raise RuntimeError("this program waits for what never comes: nothing that goes on in it can end that")
        before = self.events
        self.nap(min(wakes, end), streams)
        return (self.others(end) if wakes <= end else False) or self.events != before

    def sleep(self, seconds):
        if not isinstance(seconds, (int, float)) or seconds < 0 or seconds != seconds:
            # It says what is wrong with that.
            return self.sleep_really(seconds)
        current, end = self.running[-1], self.now() + seconds
        until = min((thread.until for thread in self.running if getattr(thread, "until", None) is not None), default=None)
        if until is not None and end > until:
            self.sleep_really(max(until - self.now(), 0))
            raise Expired
        if current is not self.main and current.daemon and not hasattr(current, "_leads") and end > self.until[-1]:
            raise Ended
        if not self.waiting:
            return self.sleep_really(seconds)
        while True:
            happened = self.others(end)
            if self.now() >= end:
                return
            if not happened:
                self.nap(min(end, self.next_time()))

    def asked(self, look):
        """The same question; who asks it again and again gives others a turn now and then, as under CPython's lock."""

        @functools.wraps(look)
        def answer(*arguments, **names):
            if self.waiting and self.running[-1] is self.main and self.now() - self.slice_from > SLICE_SECONDS:
                self.others(self.now())
                self.slice_from = self.now()
            return look(*arguments, **names)

        return answer

    def clock(self):
        """The time; past every other for a wait that is called again when its time is over."""
        current = self.running[-1]
        return FOREVER if current is not self.main and current._is_late else self.now()


# ---- what a thread does, step by step ----


def steps_of(thread):
    yield from thread._work() if hasattr(thread, "_work") else call(thread.run)


def run_thread(thread):
    """`Thread.run`."""
    try:
        if thread._target is not None:
            yield from call(thread._target, *thread._args, **thread._kwargs)
    finally:
        if not isinstance(sys.exception(), GeneratorExit):
            del thread._target, thread._args, thread._kwargs


def run_timer(timer):
    """`Timer.run`."""
    end = guest.threads.now() + timer.interval
    while not timer.finished.is_set() and guest.threads.now() < end:
        yield Blocked(end)
    if not timer.finished.is_set():
        yield from call(timer.function, *timer.args, **timer.kwargs)
    timer.finished.set()


class Done:
    """A call that did not have to wait."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration(self.value)


def call(function, /, *arguments, **names):
    """Calls a function for a thread: what it gives, step by step, so that it can be left where it waits."""
    while True:
        kind = type(function)
        if kind is types.MethodType:
            function, arguments = function.__func__, (function.__self__, *arguments)
        elif kind is functools.partial:
            function, arguments, names = function.func, (*function.args, *arguments), {**function.keywords, **names}
        else:
            break
    threads = guest.threads
    if kind is types.FunctionType:
        copy = WAITS.get(function) or threads.copies.of(function)
        if copy is not None:
            return copy(*arguments, **names)
        thread = threads.running[-1]
        if function.__globals__.get("__name__") in CAN_BE_LEFT and not hasattr(thread, "_apart"):
            return call_again(thread, function, arguments, names)
    elif kind is Tool:
        return call_tool(function, *arguments, **names)
    elif kind is types.BuiltinMethodType:
        owner = function.__self__
        if type(owner) is contextvars.Context and function.__name__ == "run":
            return run_in_context(owner, *arguments, **names)
        if type(owner) is io.BufferedReader:
            return call_on_stream(owner, function, arguments, names)
    elif kind is not type and type(kind.__dict__.get("__call__")) is types.FunctionType:
        return call(kind.__call__, function, *arguments, **names)
    # It may have done half of its work when it has to wait: others go on meanwhile, but it is not left.
    return Done(function(*arguments, **names))


def call_on_stream(reader, function, arguments, names):
    yield from wait_for_stream(reader)
    return function(*arguments, **names)


def call_again(thread, function, arguments, names):
    """Calls a function until it does not have to wait."""
    thread._wait_ends, thread._is_late = FOREVER, False
    while True:
        thread._direct = True
        try:
            return function(*arguments, **names)
        except Blocked as blocked:
            wait = blocked
        finally:
            thread._direct = False
        thread._wait_ends = wait.until = min(wait.until, thread._wait_ends)
        yield wait


def run_in_context(context, function, /, *arguments, **names):
    steps = context.run(call, function, *arguments, **names)
    while True:
        try:
            blocked = context.run(next, steps)
        except StopIteration as end:
            return end.value
        yield blocked


def call_tool(tool, /, *places, **names):
    """Sends a call, and lets others go on until it is answered."""
    return wait_for_answer(open_call(tool._line, tool._server, tool._tool, tool._arguments(places, names)))


def call_by_name(tools, server, tool, arguments=None, **names):
    """`Tools.call`."""
    return wait_for_answer(open_call(tools._line, *by_name(server, tool, arguments, names)))


def wait_for_answer(sent):
    while sent.answer is None:
        yield Blocked()
    return sent.result()


def sleep_in_steps(threads, seconds):
    if not isinstance(seconds, (int, float)) or seconds < 0 or seconds != seconds:
        return threads.sleep_really(seconds)
    end = threads.now() + seconds
    thread = threads.running[-1]
    thread._sleeps = True
    try:
        yield Blocked(end)
        while threads.now() < end:
            yield Blocked(end)
    finally:
        del thread._sleeps


def wait_for_condition(condition, timeout=None):
    """`Condition.wait`."""
    if not condition._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    threads = guest.threads
    end = FOREVER if timeout is None else threads.now() + max(timeout, 0)
    ticket = [False]
    condition._waiters.append(ticket)
    state = condition._release_save()
    while not ticket[0] and threads.now() < end:
        yield Blocked(end)
    if not ticket[0]:
        condition._waiters.remove(ticket)
    yield from call(condition._acquire_restore, state)
    return ticket[0]


def wait_for_predicate(condition, predicate, timeout=None):
    """`Condition.wait_for`."""
    end = FOREVER if timeout is None else guest.threads.now() + timeout
    result = yield from call(predicate)
    while not result and guest.threads.now() < end:
        yield from wait_for_condition(condition, None if end == FOREVER else end - guest.threads.now())
        result = yield from call(predicate)
    return result


def wait_at_barrier(barrier, timeout=None):
    """`Barrier.wait`."""
    timeout = barrier._timeout if timeout is None else timeout
    condition = barrier._cond
    yield from call(condition.acquire)
    try:
        while barrier._state in (-1, 1):
            yield from wait_for_condition(condition)
        if barrier._state < 0:
            raise threading.BrokenBarrierError
        index = barrier._count
        barrier._count += 1
        try:
            if index + 1 == barrier._parties:
                barrier._release()
            else:
                if not (yield from wait_for_predicate(condition, lambda: barrier._state != 0, timeout)):
                    barrier._break()
                    raise threading.BrokenBarrierError
                if barrier._state < 0:
                    raise threading.BrokenBarrierError
            return index
        finally:
            barrier._count -= 1
            barrier._exit()
    finally:
        condition.release()


class Entered:
    """What a `with` has entered already."""

    __slots__ = ("manager", "value")

    def __init__(self, manager, value):
        self.manager, self.value = manager, value

    def __enter__(self):
        return self.value

    def __exit__(self, *error):
        return type(self.manager).__exit__(self.manager, *error)


def enter(manager):
    kind = type(manager)
    if not hasattr(kind, "__enter__") or not hasattr(kind, "__exit__"):
        # It says what is wrong with that.
        return manager
    return Entered(manager, (yield from call(kind.__enter__, manager)))


def step_to(each):
    """Whether there is one more item, which is put where the loop finds it."""
    while True:
        thread = guest.threads.running[-1]
        if type(each[0]) is io.BufferedReader:
            yield from wait_for_stream(each[0])
        # It asks for each item by one call, and remembers nothing.
        thread._direct = type(each[0]) is CALLS
        try:
            each[1] = next(each[0])
            return True
        except StopIteration:
            return False
        except Blocked as blocked:
            if not thread._direct:
                raise
            wait = blocked
        finally:
            thread._direct = False
        yield wait


CALLS = type(iter(int, 1))


def look_at_the_clock():
    threads = guest.threads
    if threads.now() - threads.slice_from > SLICE_SECONDS:
        yield Blocked(0.0)
        threads.slice_from = threads.now()


# ---- the names of `threading` ----


def install_threads(sleep):
    global asyncio_events
    import asyncio.events as asyncio_events
    import concurrent.futures.thread as pools
    import queue

    threads = Threads(sleep)
    threading.Thread.start = lambda thread: threads.start(thread)
    threading.Thread.join = lambda thread, timeout=None: threads.join(thread, timeout)
    threading.Thread.is_alive = lambda thread: thread is threads.main or thread._started.is_set() and not getattr(thread, "_over", False)
    threading.current_thread = threading.currentThread = lambda: threads.running[-1]
    threading.get_ident = lambda: threads.running[-1].ident
    threading.enumerate = lambda: [thread for thread in dict.fromkeys([threads.main, *threads.running, *threads.waiting]) if not hasattr(thread, "_apart")]
    threading.active_count = lambda: len(threading.enumerate())
    threading._shutdown = threads.finish
    time.sleep = threads.sleep
    threading.Lock = threading._allocate_lock = make_lock(threads)
    # That of C knows one thread only.
    threading._CRLock = None
    threading._time = queue.time = threads.clock
    queue.SimpleQueue = queue._PySimpleQueue
    # It takes what is there when it is imported.
    import _threading_local

    _threading_local.current_thread = threading.current_thread
    threading.local = _threading_local.local
    Interpreter.prepare = threads.copies.noting(Interpreter.prepare)
    import logging

    is_internal = logging._is_internal_frame
    logging._is_internal_frame = lambda frame: is_internal(frame) or is_ours(frame)
    install_conditions(threads)
    install_pools(threads, pools)
    for kind, names in ((threading.Thread, ["is_alive"]), (threading.Event, ["is_set"]), (pools._base.Future, ["done", "running"]),
                        (queue.Queue, ["empty", "full", "qsize"]), (threading, ["active_count", "enumerate"])):
        for name in names:
            setattr(kind, name, threads.asked(getattr(kind, name)))
    for name, function in ((CALL, call), (ENTER, enter), (ITERATE, iter), (STEP, step_to), (SLICE, look_at_the_clock)):
        setattr(builtins, name, function)
    WAITS.update({Threads.sleep: sleep_in_steps, threading.Condition.wait: wait_for_condition, threading.Condition.wait_for: wait_for_predicate,
                  threading.Barrier.wait: wait_at_barrier, threading.Thread.run: run_thread, threading.Timer.run: run_timer,
                  Tools.call: call_by_name})
    install_servers()
    return threads


# What waits, and how a thread waits for it.
WAITS = {}
# Modules whose functions have done nothing yet when they wait, and can be called again.
CAN_BE_LEFT = {"threading", "queue", "concurrent.futures._base", "concurrent.futures.thread", "logging.handlers", __name__}


def install_conditions(threads):
    def wait(condition, timeout=None):
        if not condition._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        ticket = [False]
        condition._waiters.append(ticket)
        state = condition._release_save()
        try:
            return threads.wait(lambda: ticket[0], timeout)
        finally:
            if not ticket[0]:
                condition._waiters.remove(ticket)
            condition._acquire_restore(state)

    def notify(condition, n=1):
        if not condition._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        for _ in range(min(n, len(condition._waiters))):
            condition._waiters.popleft()[0] = True
        threads.events += 1

    threading.Condition.wait, threading.Condition.notify = wait, notify
    threading.Condition.notify_all = threading.Condition.notifyAll = lambda condition: notify(condition, len(condition._waiters))


def make_lock(threads, allocate=threading.Lock):
    class lock:
        """A lock that lets others run instead of standing still."""

        __slots__ = ("_lock", "_wanted", "__weakref__")

        def __init__(self):
            self._lock, self._wanted = allocate(), False

        def acquire(self, blocking=True, timeout=-1):
            if self._lock.acquire(False):
                return True
            if not blocking:
                return False
            self._wanted = True
            return threads.wait(lambda: self._lock.acquire(False), None if timeout is None or timeout < 0 else timeout)

        def release(self):
            self._lock.release()
            if self._wanted:
                self._wanted = False
                threads.events += 1

        def locked(self):
            return self._lock.locked()

        def __enter__(self):
            return self.acquire()

        def __exit__(self, *_):
            self.release()

        def __repr__(self):
            return repr(self._lock)

    lock.__module__ = "_thread"
    return lock


# ---- pools ----


class Worker(threading.Thread):
    """A thread of a pool."""

    def __init__(self, pool, name):
        super().__init__(name=name)
        self._pool = pool

    def _work(self):
        pool = self._pool
        try:
            pool._create_worker_context().initialize()
        except Exception:
            pool._base.LOGGER.critical("Exception in initializer:", exc_info=True)
            pool._initializer_failed()
            return
        while True:
            while not pool._items:
                if pool._shutdown:
                    return
                pool._idle += 1
                yield Blocked()
                pool._idle -= 1
            future, function, arguments, names = pool._items.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = yield from call(function, *arguments, **names)
            except (Blocked, Ended, Expired, GeneratorExit):
                raise
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del future, function, arguments, names


def install_pools(threads, pools):
    begin = pools.ThreadPoolExecutor.__init__

    def __init__(pool, *arguments, **names):
        begin(pool, *arguments, **names)
        pool._items, pool._idle = collections.deque(), 0

    def submit(pool, function, /, *arguments, **names):
        if pool._broken:
            raise pools.BrokenThreadPool(pool._broken)
        if pool._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = pools._base.Future()
        pool._items.append((future, function, arguments, names))
        threads.events += 1
        if pool._idle >= len(pool._items) or len(pool._threads) >= pool._max_workers:
            return future
        worker = Worker(pool, "%s_%d" % (pool._thread_name_prefix or pool, len(pool._threads)))
        pool._threads.add(worker)
        threads.start(worker)
        return future

    def shutdown(pool, wait=True, *, cancel_futures=False):
        pool._shutdown = True
        while cancel_futures and pool._items:
            pool._items.popleft()[0].cancel()
        threads.events += 1
        if wait:
            for worker in pool._threads:
                worker.join()

    def initializer_failed(pool):
        pool._broken = "A thread initializer failed, the thread pool is not usable anymore"
        while pool._items:
            pool._items.popleft()[0].set_exception(pools.BrokenThreadPool(pool._broken))

    executor = pools.ThreadPoolExecutor
    executor.__init__, executor.submit, executor.shutdown, executor._initializer_failed = __init__, submit, shutdown, initializer_failed
    executor._base = pools._base
