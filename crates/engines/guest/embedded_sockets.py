

"""Sockets of embedded programs. Those of one program reach each other inside of it, and nobody else; a TCP client may lead out, by a
stream of embedded_network.py.
"""

import collections
import itertools
import socket as sockets
import weakref

# Above every descriptor of a file: first those of the host's streams, then those of sockets that nobody outside can see.
NUMBERS_FROM, INNER_FROM = 10_000, 20_000
WRITE_MAX = 1 << 20
PORTS_FROM = 40_000
HERE = {"", "0.0.0.0", "127.0.0.1", "::", "::1", "localhost", "codemode"}


def outer(numbers):
    """The host's numbers of those descriptors that are streams of its own."""
    return [number - NUMBERS_FROM for number in numbers if NUMBERS_FROM < number < INNER_FROM]


class Side:
    """One side of a stream between two sockets of the program."""

    def __init__(self):
        self.inbox, self.other, self.is_over, self.is_closed, self.is_reset = bytearray(), None, False, False, False
        self.since = 0

    def is_readable(self):
        return bool(self.inbox or self.is_over or self.is_reset)

    def read(self, count):
        if self.is_reset:
            self.is_reset, self.is_over = False, True
            raise ConnectionResetError(104, "Connection reset by peer")
        data = bytes(self.inbox[:count])
        del self.inbox[:count]
        return data

    def write(self, data):
        other = self.other
        if other.is_over or other.is_closed:
            raise BrokenPipeError(32, "Broken pipe")
        if not other.inbox:
            other.since = next(ARRIVALS)
        other.inbox += data
        guest.threads.events += 1

    def finish(self):
        self.other.is_over = True
        self.other.since = self.other.since or next(ARRIVALS)
        guest.threads.events += 1

    def close(self):
        self.is_closed = True
        if self.inbox:
            self.other.is_reset = True
        self.finish()


# What came first is found first.
ARRIVALS = itertools.count(1)


def sides():
    one, other = Side(), Side()
    one.other, other.other = other, one
    return one, other


class Places:
    """Which sockets of the program can be found where, and all of them by their number."""

    def __init__(self):
        self.bound, self.all = weakref.WeakValueDictionary(), weakref.WeakValueDictionary()
        self.numbers, self.ports = itertools.count(INNER_FROM), itertools.count(PORTS_FROM)
        # Where somebody was, nobody outside is.
        self.left = set()

    def key(self, socket, address):
        if socket.family == sockets.AF_UNIX:
            return "unix", os.fspath(address)
        return socket.type, int(address[1])

    def take(self, socket, address):
        """The address that a socket has from now on."""
        if socket.family == sockets.AF_UNIX:
            if os.path.exists(address):
                raise OSError(98, "Address already in use")
            with open(address, "xb"):
                pass
        else:
            host, port = address[:2]
            if str(host) not in HERE and not str(host).startswith("127."):
                raise OSError(99, "Cannot assign requested address")
            address = ("127.0.0.1" if host == "localhost" else str(host) or "0.0.0.0", int(port) or next(self.ports))
        key = self.key(socket, address)
        if key in self.bound:
            raise OSError(98, "Address already in use")
        self.bound[key] = socket
        self.left.add(key)
        return address

    def find(self, socket, address):
        """Who is at an address; None for one that may be outside."""
        is_here = socket.family == sockets.AF_UNIX or str(address[0]) in HERE or str(address[0]).startswith("127.")
        return self.bound.get(self.key(socket, address)) if is_here else None

    def is_inner(self, socket, address):
        """Whether nobody but a socket of the program can be there."""
        return (str(address[0]) in HERE or str(address[0]).startswith("127.")) and self.key(socket, address) in self.left

    def is_readable(self, number):
        return number in self.all and self.all[number]._is_readable()

    def readable(self, numbers):
        """Those that can be read, in the order in which that became so."""
        found = [number for number in numbers if self.is_readable(number)]
        return sorted(found, key=lambda number: self.all[number].since()) if len(found) > 1 else found

    def leave(self, socket):
        key = self.key(socket, socket._name) if socket._name is not None else None
        if key is not None and self.bound.get(key) is socket:
            del self.bound[key]

    def ready(self, numbers, until):
        """Those that can be read, waited for. Threads go on meanwhile."""
        threads = guest.threads
        while True:
            found = self.readable(numbers)
            left = None if until is None else until - threads.clock()
            if found or left is not None and left <= 0:
                return found
            threads.pause(left, outer(numbers))


class Socket:
    """A socket. What is connected to another one of the same program stays inside; a TCP client leads out."""

    makefile = sockets.socket.makefile
    # Those of the interpreter, which all its sockets share.
    _places = _wires = None

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        if fileno is not None:
            raise OSError(95, "only sockets that are made here work in WebAssembly")
        self.family = sockets.AF_INET if family == -1 else sockets.AddressFamily(family)
        self.type, self.proto = sockets.SOCK_STREAM if type == -1 else sockets.SocketKind(type & 15), max(proto, 0)
        self._timeout = sockets.getdefaulttimeout()
        self._stream = self._name = self._peer = self._queue = None
        self._mail = collections.deque()
        self._options = {}
        self._io_refs, self._closed = 0, False
        self._number = next(self._places.numbers)
        self._places.all[self._number] = self

    def _lead_to(self, stream, peer, name=None):
        self._stream, self._peer, self._name = stream, peer, name or self._name
        if isinstance(stream, Wire):
            self._number = NUMBERS_FROM + stream.number
            self._places.all[self._number] = self
        return self

    def _check(self):
        if self._closed and self._io_refs <= 0:
            raise OSError(9, "Bad file descriptor")

    def _is_readable(self):
        return bool(self._queue or self._mail or self._stream is not None and self._stream.is_readable())

    def since(self):
        first = self._queue or self._mail
        return first[0][2] if first else getattr(self._stream, "since", 0)

    def _wait(self):
        """Waits until something can be read."""
        if self._timeout == 0:
            if not self._is_readable():
                raise BlockingIOError(11, "Resource temporarily unavailable")
            return
        threads = guest.threads
        end = None if self._timeout is None else threads.now() + self._timeout
        while not self._is_readable():
            if end is not None and threads.clock() >= end:
                raise TimeoutError("timed out")
            self._places.ready([self._number], end)

    # -- addresses

    def bind(self, address):
        self._check()
        if self._name is not None:
            raise OSError(22, "Invalid argument")
        self._name = self._places.take(self, address)

    def listen(self, backlog=None):
        self._check()
        if self._name is None:
            self._name = self._places.take(self, ("0.0.0.0", 0))
        self._queue = collections.deque() if self._queue is None else self._queue

    def accept(self):
        self._check()
        if self._queue is None:
            raise OSError(22, "Invalid argument")
        self._wait()
        stream, peer, _ = self._queue.popleft()
        made = Socket(self.family, self.type, self.proto)
        made._lead_to(stream, peer, self._name)
        return made, peer

    def connect(self, address):
        self._check()
        if self._stream is not None:
            raise OSError(106, "Transport endpoint is already connected")
        other = self._places.find(self, address)
        if self.type == sockets.SOCK_DGRAM:
            self._peer = address[:2] if self.family != sockets.AF_UNIX else address
        elif other is not None and other._queue is not None:
            one, two = sides()
            if self._name is None:
                self._name = "" if self.family == sockets.AF_UNIX else ("127.0.0.1", next(self._places.ports))
            peer = address if self.family == sockets.AF_UNIX else ("127.0.0.1" if address[0] in HERE else address[0], address[1])
            self._lead_to(one, peer)
            other._queue.append((two, self._name, next(ARRIVALS)))
            guest.threads.events += 1
        elif self.family == sockets.AF_UNIX:
            if os.path.exists(address):
                raise ConnectionRefusedError(111, "Connection refused")
            raise FileNotFoundError(2, "No such file or directory")
        elif self._places.is_inner(self, address):
            raise ConnectionRefusedError(111, "Connection refused")
        else:
            number = self._wires.open(str(address[0]), int(address[1]), self._timeout or None)
            self._lead_to(Wire(self._wires, number), address[:2], ("0.0.0.0", 0))

    def connect_ex(self, address):
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or 5
        return 0

    def getpeername(self):
        self._check()
        if self._peer is None:
            raise OSError(107, "Transport endpoint is not connected")
        return self._peer

    def getsockname(self):
        self._check()
        return self._name if self._name is not None else "" if self.family == sockets.AF_UNIX else ("0.0.0.0", 0)

    # -- streams

    def _open(self):
        self._check()
        if self._stream is None:
            raise OSError(107, "Transport endpoint is not connected")
        return self._stream

    def send(self, data, flags=0):
        if self.type == sockets.SOCK_DGRAM:
            return self.sendto(data, self.getpeername())
        part = memoryview(data).cast("B")[:WRITE_MAX]
        self._open().write(part)
        return len(part)

    def sendall(self, data, flags=0):
        left = memoryview(data).cast("B")
        while left:
            left = left[self.send(left):]

    def recv(self, size, flags=0):
        if self.type == sockets.SOCK_DGRAM:
            return self.recvfrom(size)[0]
        stream = self._open()
        while True:
            self._wait()
            try:
                return self._peek(size) if flags & sockets.MSG_PEEK else stream.read(size)
            except TimeoutError:
                # What came was a matter of TLS.
                if self._timeout == 0:
                    raise BlockingIOError(11, "Resource temporarily unavailable") from None

    def _peek(self, size):
        if not isinstance(self._stream, Side):
            raise OSError(95, "Operation not supported")
        return bytes(self._stream.inbox[:size])

    def recv_into(self, buffer, size=0, flags=0):
        view = memoryview(buffer).cast("B")
        data = self.recv(size or len(view))
        view[:len(data)] = data
        return len(data)

    def sendto(self, data, *place):
        if self.type != sockets.SOCK_DGRAM:
            return self.send(data)
        self._check()
        if self._name is None and self.family != sockets.AF_UNIX:
            self._name = self._places.take(self, ("0.0.0.0", 0))
        other = self._places.find(self, place[-1])
        if other is not None:
            name = self._name if self.family == sockets.AF_UNIX else ("127.0.0.1", self._name[1])
            other._mail.append((bytes(data), name, next(ARRIVALS)))
            guest.threads.events += 1
        elif self.family == sockets.AF_UNIX:
            raise FileNotFoundError(2, "No such file or directory")
        elif str(place[-1][0]) not in HERE:
            raise OSError(101, "Network is unreachable")
        return len(data)

    def recvfrom(self, size, flags=0):
        if self.type != sockets.SOCK_DGRAM:
            return self.recv(size), None
        self._check()
        self._wait()
        data, peer, _ = self._mail.popleft()
        return data[:size], peer

    def recvfrom_into(self, buffer, size=0, flags=0):
        view = memoryview(buffer).cast("B")
        data, peer = self.recvfrom(size or len(view))
        view[:len(data)] = data
        return len(data), peer

    def shutdown(self, how):
        stream = self._open()
        if how != sockets.SHUT_RD:
            stream.finish()

    # -- settings

    def settimeout(self, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = None if timeout is None else float(timeout)

    def gettimeout(self):
        return self._timeout

    def setblocking(self, flag):
        self._timeout = None if flag else 0.0

    def getblocking(self):
        return self._timeout != 0

    timeout = property(gettimeout)

    def setsockopt(self, level, option, value, *_):
        self._options[level, option] = value

    def getsockopt(self, level, option, *_):
        if (level, option) == (sockets.SOL_SOCKET, sockets.SO_TYPE):
            return int(self.type)
        value = self._options.get((level, option), 0)
        return value if isinstance(value, int) else 0

    def get_inheritable(self):
        return False

    def set_inheritable(self, inheritable):
        pass

    # -- its end

    def fileno(self):
        return -1 if self._closed and self._io_refs <= 0 else self._number

    def _decref_socketios(self):
        if self._io_refs > 0:
            self._io_refs -= 1
        if self._closed:
            self.close()

    def close(self):
        self._closed = True
        if self._io_refs <= 0:
            stream, self._stream = self._stream, None
            if stream is not None:
                stream.close()
            self._places.leave(self)
            for waiting, *_ in self._queue or ():
                waiting.close()
            self._queue = None

    def detach(self):
        stream, self._stream, self._closed = self._stream, None, True
        return self._number

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        state = " [closed]" if self._closed else ""
        names = ", ".join(["%s=%r" % pair for pair in (("laddr", self._name), ("raddr", self._peer)) if pair[1] is not None and not state])
        return "<%s.%s%s fd=%d, family=%d, type=%d, proto=%d%s>" % (
            type(self).__module__, type(self).__qualname__, state, self.fileno(), self.family, self.type, self.proto, ", " + names if names else "")

    def __del__(self):
        try:
            self._io_refs = 0
            self.close()
        except Exception:
            pass


Socket.__module__, Socket.__name__, Socket.__qualname__ = "socket", "socket", "socket"


def install_select(places):
    """Waiting for several sockets at once. All of them can always be written to."""
    import select as module

    select_files = getattr(module, "select", None)

    def number_of(thing):
        return thing if isinstance(thing, int) else thing.fileno()

    def select(readers, writers, failing, timeout=None):
        readers, writers = list(readers), list(writers)
        if any(number_of(thing) not in places.all for thing in (*readers, *writers)) or not (readers or writers):
            return select_files(readers, writers, failing, timeout)
        until = time.monotonic() if writers else None if timeout is None else time.monotonic() + timeout
        found = places.ready([number_of(thing) for thing in readers], until)
        return [thing for thing in readers if number_of(thing) in found], writers, []

    class poll:
        def __init__(self):
            self._asked = {}

        def register(self, thing, events=1):
            self._asked[number_of(thing)] = events

        def modify(self, thing, events):
            self._asked[number_of(thing)] = events

        def unregister(self, thing):
            del self._asked[number_of(thing)]

        def poll(self, timeout=None):
            readers = [number for number, events in self._asked.items() if events & 1]
            writers = [number for number, events in self._asked.items() if events & 4]
            seconds = None if timeout is None or timeout < 0 else timeout / 1000
            can_read, can_write, _ = select(readers, writers, [], seconds)
            found = dict.fromkeys(can_read, 1)
            for number in can_write:
                found[number] = found.get(number, 0) | 4
            return list(found.items())

    module.select, module.poll = select, poll
    selectors.SelectSelector._select = staticmethod(lambda reading, writing, failing, timeout=None: select(reading, writing, failing, timeout))
    selectors.DefaultSelector = selectors.PollSelector
    selectors.PollSelector._selector_cls = poll
    for name, number in dict(POLLIN=1, POLLPRI=2, POLLOUT=4, POLLERR=8, POLLHUP=16, POLLNVAL=32).items():
        setattr(module, name, number)


def inet_pton(address_family, ip_string, /):
    import ipaddress

    kind = ipaddress.IPv4Address if address_family == sockets.AF_INET else ipaddress.IPv6Address
    try:
        return kind(ip_string).packed
    except ValueError:
        raise OSError("illegal IP address string passed to inet_pton") from None


def inet_ntop(address_family, packed_ip, /):
    import ipaddress

    kind = ipaddress.IPv4Address if address_family == sockets.AF_INET else ipaddress.IPv6Address
    try:
        return str(kind(bytes(packed_ip)))
    except ValueError:
        raise ValueError("invalid length of packed IP address string") from None


def install_sockets(call):
    wires = Wires(call)
    # The numbers of Linux, and where this build has no such names, those too.
    families = dict(AF_UNSPEC=0, AF_UNIX=1, AF_INET=2, AF_INET6=10)
    kinds = dict(SOCK_STREAM=1, SOCK_DGRAM=2, SOCK_RAW=3, SOCK_SEQPACKET=5)
    sockets.AddressFamily = enum.IntEnum("AddressFamily", families, module="socket")
    sockets.SocketKind = enum.IntEnum("SocketKind", kinds, module="socket")
    vars(sockets).update({member.name: member for kind in (sockets.AddressFamily, sockets.SocketKind) for member in kind})
    for name, number in dict(IPPROTO_TCP=6, TCP_NODELAY=1, SOL_SOCKET=1,
                             SO_KEEPALIVE=9, SO_REUSEADDR=2, SHUT_RD=0, SHUT_WR=1, SHUT_RDWR=2, AI_PASSIVE=1, AI_ADDRCONFIG=32, NI_NUMERICHOST=1,
                             SO_ERROR=4, SO_BROADCAST=6, SO_SNDBUF=7, SO_RCVBUF=8, SO_LINGER=13, SO_REUSEPORT=15, MSG_DONTWAIT=64, TCP_KEEPIDLE=4, TCP_KEEPINTVL=5, TCP_KEEPCNT=6, has_ipv6=False).items():
        if not hasattr(sockets, name):
            setattr(sockets, name, number)
    for name in ("gaierror", "herror"):
        if not hasattr(sockets, name):
            setattr(sockets, name, type(name, (OSError,), {"__module__": "socket"}))
    if not hasattr(sockets, "getdefaulttimeout"):
        chosen = [None]
        sockets.getdefaulttimeout = lambda: chosen[0]
        sockets.setdefaulttimeout = lambda timeout: chosen.__setitem__(0, timeout)
    places = Places()
    install_select(places)
    Socket._places, Socket._wires = places, wires
    sockets._blocking_errnos = {11}

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        # The proxy resolves names, and judges what they lead to.
        if host is None:
            host = "0.0.0.0" if flags & sockets.AI_PASSIVE else "127.0.0.1"
        host = host.decode("ascii") if isinstance(host, bytes) else host
        kind = type or sockets.SOCK_STREAM
        return [(sockets.AF_INET, kind, 17 if kind == sockets.SOCK_DGRAM else 6, "", (host, int(port or 0)))]

    def create_connection(address, timeout=sockets._GLOBAL_DEFAULT_TIMEOUT, source_address=None, *, all_errors=False):
        made = Socket()
        if timeout is not sockets._GLOBAL_DEFAULT_TIMEOUT:
            made.settimeout(timeout)
        made.connect(address)
        return made

    def create_server(address, *, family=sockets.AF_INET, backlog=None, reuse_port=False, dualstack_ipv6=False):
        made = Socket(family)
        made.bind(address)
        made.listen(backlog)
        return made

    def socketpair(family=None, type=sockets.SOCK_STREAM, proto=0):
        pair = Socket(sockets.AF_UNIX, type, proto), Socket(sockets.AF_UNIX, type, proto)
        for made, side in zip(pair, sides()):
            made._lead_to(side, "", "")
        return pair

    sockets.socket = sockets.SocketType = Socket
    sockets.getaddrinfo, sockets.create_connection = getaddrinfo, create_connection
    sockets.create_server, sockets.socketpair = create_server, socketpair
    sockets.gethostname = sockets.getfqdn = lambda name="": name or "codemode"
    sockets.inet_pton, sockets.inet_ntop = inet_pton, inet_ntop
    sockets.gethostbyname = lambda name: "127.0.0.1" if name in HERE else name
    sys.modules["ssl"] = make_ssl(wires)
    return wires, places
