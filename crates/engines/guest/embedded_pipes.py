

"""`os.pipe` in one process: bytes from one descriptor to another. The numbers are those of real descriptors, which hold their places."""


class PipeEnd:
    """One end, as what looks for sockets that can be read finds it."""

    def __init__(self, pipe, reads):
        self.pipe, self.reads = pipe, reads

    def since(self):
        return 0

    def _is_readable(self):
        return self.reads and bool(self.pipe["data"] or self.pipe["is_over"])


class PipeStream(io.RawIOBase):
    """An end as a file."""

    def __init__(self, descriptor, closefd):
        self.descriptor, self.closefd, self.name = descriptor, closefd, descriptor

    def fileno(self):
        return self.descriptor

    def readable(self):
        return guest.pipes[self.descriptor].reads

    def writable(self):
        return not guest.pipes[self.descriptor].reads

    def readinto(self, place):
        data = os.read(self.descriptor, len(place))
        place[:len(data)] = data
        return len(data)

    def write(self, data):
        return os.write(self.descriptor, bytes(data))

    def close(self):
        if not self.closed:
            super().close()
            if self.closefd:
                os.close(self.descriptor)


def install_pipes(places):
    ends = guest.pipes = {}
    read, write, close = os.read, os.write, os.close

    def pipe():
        shared = {"data": bytearray(), "is_over": False, "is_unread": False}
        numbers = os.open("/", os.O_RDONLY), os.open("/", os.O_RDONLY)
        for number, reads in zip(numbers, (True, False)):
            ends[number] = places.all[number] = PipeEnd(shared, reads)
        return numbers

    def read_end(fd, length, /):
        end = ends.get(fd)
        if end is None:
            return read(fd, length)
        if not end.reads:
            raise OSError(9, "Bad file descriptor")
        guest.threads.wait(end._is_readable)
        data = bytes(end.pipe["data"][:length])
        del end.pipe["data"][:length]
        return data

    def write_end(fd, data, /):
        end = ends.get(fd)
        if end is None:
            return write(fd, data)
        if end.reads:
            raise OSError(9, "Bad file descriptor")
        if end.pipe["is_unread"]:
            raise BrokenPipeError(32, "Broken pipe")
        end.pipe["data"] += data
        guest.threads.events += 1
        return memoryview(data).nbytes

    def close_end(fd):
        end = ends.pop(fd, None)
        if end is not None:
            end.pipe["is_unread" if end.reads else "is_over"] = True
            guest.threads.events += 1
        close(fd)

    os.pipe, os.read, os.write, os.close = pipe, read_end, write_end, close_end


def open_pipe(descriptor, mode, buffering, encoding, errors, newline, closefd=True, opener=None):
    """`open` of an end of a pipe."""
    raw = PipeStream(descriptor, closefd)
    if buffering == 0:
        return raw
    stream = io.BufferedReader(raw) if raw.readable() else io.BufferedWriter(raw)
    return stream if "b" in mode else io.TextIOWrapper(stream, encoding or "utf-8", errors, newline, buffering == 1)
