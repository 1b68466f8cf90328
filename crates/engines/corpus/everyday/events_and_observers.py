import asyncio
import functools
import weakref
from collections import defaultdict
from contextlib import contextmanager
from enum import Enum, auto


class Topic(Enum):
    CREATED = auto()
    DELETED = auto()


class Bus:
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.listeners = defaultdict(list)
            cls._instance.muted = False
        return cls._instance

    def on(self, topic):
        def register(function):
            self.listeners[topic].append(function)
            return function

        return register

    def emit(self, topic, **details):
        return [] if self.muted else [listener(**details) for listener in self.listeners[topic]]

    @contextmanager
    def mute(self):
        self.muted = True
        try:
            yield self
        finally:
            self.muted = False


bus = Bus()


@bus.on(Topic.CREATED)
def greet(name, **_):
    return f"hello {name}"


@bus.on(Topic.CREATED)
@bus.on(Topic.DELETED)
def record(**details):
    return sorted(details.items())


print(Bus() is bus, bus.emit(Topic.CREATED, name="x", size=3), bus.emit(Topic.DELETED, name="x"))
with bus.mute():
    print(bus.emit(Topic.CREATED, name="y"))


class State:
    def __init__(self):
        self.transitions = {("idle", "start"): "running", ("running", "pause"): "paused", ("paused", "start"): "running", ("running", "stop"): "idle"}
        self.now, self.trail = "idle", []

    def fire(self, event):
        try:
            self.now = self.transitions[self.now, event]
        except KeyError:
            raise RuntimeError(f"cannot {event} while {self.now}") from None
        self.trail.append(self.now)


state = State()
for event in ("start", "pause", "start", "stop", "pause"):
    try:
        state.fire(event)
    except RuntimeError as error:
        print(error)
print(state.trail)


class Signal:
    def __init__(self):
        self.slots = weakref.WeakSet()

    def connect(self, slot):
        self.slots.add(slot)

    async def send(self, value):
        return sorted(await asyncio.gather(*(slot(value) for slot in list(self.slots))))


async def double(value):
    await asyncio.sleep(0)
    return value * 2


async def square(value):
    return value ** 2


signal = Signal()
signal.connect(double)
signal.connect(square)
print(asyncio.run(signal.send(7)))


def chain(*functions):
    return functools.reduce(lambda f, g: lambda x: g(f(x)), functions)


class Builder:
    def __init__(self):
        self.parts = []

    def __getattr__(self, name):
        def add(*arguments):
            self.parts.append(f"{name.upper()} {', '.join(map(str, arguments))}".strip())
            return self

        return add

    def __str__(self):
        return " ".join(self.parts)


print(chain(str, len, range, list)(12345), Builder().select("a", "b").from_("t").where("a > 1").limit(3))


class Undo:
    def __init__(self):
        self.text, self.done, self.undone = "", [], []

    def do(self, piece):
        self.done.append(self.text)
        self.undone.clear()
        self.text += piece

    def undo(self):
        self.undone.append(self.text)
        self.text = self.done.pop()

    def redo(self):
        self.done.append(self.text)
        self.text = self.undone.pop()


editor = Undo()
[editor.do(piece) for piece in ("a", "b", "c")]
editor.undo()
editor.undo()
editor.redo()
print(editor.text, editor.done, editor.undone)
