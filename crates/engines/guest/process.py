

"""The Python guest as a process: `python3 -I -X utf8 -c <these texts> DESCRIPTOR`. In one text with runner.py, behind it."""

import _signal

# Far above the numbers that a program's own files get, which then are those that they have in CPython.
DESCRIPTOR = 240


class Link:
    """Frames over the protocol's descriptor. References are taken now: a program may replace what modules hold."""

    def __init__(self, descriptor, write=os.write, read=os.read, stat=os.fstat, decode=json.loads):
        self.descriptor = move_away(descriptor)
        self.read_bytes, self.decode = read, decode
        self.write_bytes, self.stat = write, stat
        self.lock = threading.Lock()
        self.owner = os.getpid()
        self.identity = self.identify()

    def identify(self):
        found = self.stat(self.descriptor)
        return found.st_dev, found.st_ino

    def send(self, **message):
        # A fork of the program must not speak for its parent.
        if os.getpid() != self.owner:
            return
        # Half of a surrogate pair is legal in a Python text and nowhere else.
        body = ENCODE(message).encode("utf-8", "replace")
        frame = len(body).to_bytes(4, "big") + body
        if self.identify() != self.identity:
            # The program put a file of its own there: it must not get our frames.
            raise OSError("the link to codemode is gone")
        with self.lock:
            while frame:
                frame = frame[self.write_bytes(self.descriptor, frame):]

    def receive(self):
        header = self.exactly(4)
        return header and self.decode(self.exactly(int.from_bytes(header, "big")))

    def rest(self, status, kill=os.kill, pid=os.getpid()):
        """Stands still with every thread until codemode ends this process, which first reads what it has used."""
        kill(pid, _signal.SIGSTOP)
        self.leave(status)

    def leave(self, status):
        os._exit(status)

    def exactly(self, count):
        parts = []
        while count:
            part = self.read_bytes(self.descriptor, min(count, 1 << 20))
            if not part:
                return None
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def move_away(descriptor):
    try:
        moved = os.dup2(descriptor, DESCRIPTOR, inheritable=False)
    except OSError:
        os.set_inheritable(descriptor, False)
        return descriptor
    os.close(descriptor)
    return moved


def close_others(descriptor):
    """Closes what codemode itself was started with: it is none of a program's business."""
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        return
    for number in numbers:
        if number > 2 and number != descriptor:
            try:
                os.close(number)
            except OSError:
                pass


if __name__ == "__main__":
    open_streams()
    close_others(int(sys.argv[-1]))
    guest = Guest(Link(int(sys.argv[-1])))
    guest.say_ready()
    while True:
        guest.step()
