

"""Sockets of embedded programs: streams that the host opens through codemode's proxy, with TLS that the host speaks. In one text
with embedded.py, in front of it. What is no TCP client is not there.
"""

import enum
import socket as sockets
import types

TIMEOUT_FOREVER = (1 << 64) - 1


class Wires:
    """The host's side of streams: one message each."""

    def __init__(self, call):
        self.call = call

    def ask(self, letter, message):
        answer = self.call(letter + message)
        if answer[:1] == b"\0":
            return answer[1:]
        problem = json.loads(answer[1:])
        raise {"timeout": TimeoutError, "name": sockets.gaierror, "tls": TlsError, "verify": TlsVerificationError}.get(
            problem["kind"], OSError)(problem["number"], problem["message"])

    def open(self, host, port, timeout):
        message = {"host": host, "port": port, "timeout": None if timeout is None else int(timeout * 1000)}
        return int.from_bytes(self.ask(b"o", ENCODE(message).encode()), "little")

    def secure(self, number, name, protocols):
        return json.loads(self.ask(b"t", ENCODE({"number": number, "name": name, "protocols": protocols}).encode()))

    def write(self, number, data):
        self.ask(b"w", number.to_bytes(4, "little") + bytes(data))

    def read(self, number, count, timeout):
        limit = TIMEOUT_FOREVER if timeout is None else int(timeout * 1000)
        return self.ask(b"d", number.to_bytes(4, "little") + count.to_bytes(4, "little") + limit.to_bytes(8, "little"))

    def is_readable(self, number):
        return self.ask(b"q", number.to_bytes(4, "little")) == b"y"

    def close(self, number):
        self.ask(b"c", number.to_bytes(4, "little"))


# Above every descriptor of a file.
NUMBERS_FROM = 10_000
READ_MAX, WRITE_MAX = 1 << 20, 1 << 20


def make_socket(wires):
    class socket:
        """A TCP client."""

        makefile = sockets.socket.makefile

        def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
            if fileno is not None or (type != -1 and type & 15 != sockets.SOCK_STREAM):
                raise OSError(95, "only TCP clients work in WebAssembly")
            self.family = sockets.AF_INET if family == -1 else family
            self.type, self.proto = sockets.SOCK_STREAM, 6
            self._number = self._peer = None
            self._timeout = sockets.getdefaulttimeout()
            self._io_refs, self._closed = 0, False

        def connect(self, address):
            self._number = wires.open(str(address[0]), int(address[1]), self._timeout)
            self._peer = address[:2]

        def connect_ex(self, address):
            try:
                self.connect(address)
            except OSError as error:
                return error.errno or 5
            return 0

        def _open(self):
            if self._number is None:
                raise OSError(9 if self._closed else 107, "Bad file descriptor" if self._closed else "Transport endpoint is not connected")
            return self._number

        def send(self, data, flags=0):
            part = memoryview(data).cast("B")[:WRITE_MAX]
            wires.write(self._open(), part)
            return len(part)

        def sendall(self, data, flags=0):
            left = memoryview(data).cast("B")
            while left:
                left = left[self.send(left):]

        def recv(self, size, flags=0):
            return wires.read(self._open(), min(size, READ_MAX), self._timeout)

        def recv_into(self, buffer, size=0, flags=0):
            view = memoryview(buffer).cast("B")
            data = self.recv(size or len(view))
            view[:len(data)] = data
            return len(data)

        def settimeout(self, timeout):
            self._timeout = timeout

        def gettimeout(self):
            return self._timeout

        def setblocking(self, flag):
            self._timeout = None if flag else 0.0

        def getblocking(self):
            return self._timeout != 0

        timeout = property(gettimeout)

        def setsockopt(self, *_):
            pass

        def getsockopt(self, *_):
            return 0

        def getpeername(self):
            self._open()
            return self._peer

        def getsockname(self):
            return ("0.0.0.0", 0)

        def fileno(self):
            return -1 if self._number is None else NUMBERS_FROM + self._number

        def _decref_socketios(self):
            if self._io_refs > 0:
                self._io_refs -= 1
            if self._closed:
                self.close()

        def shutdown(self, how):
            self._open()

        def close(self):
            self._closed = True
            if self._io_refs <= 0 and self._number is not None:
                number, self._number = self._number, None
                wires.close(number)

        def detach(self):
            number, self._number, self._closed = self._number, None, True
            return number

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.close()

        def __del__(self):
            try:
                self._io_refs = 0
                self.close()
            except Exception:
                pass

        def bind(self, address):
            raise OSError(95, "a program in WebAssembly cannot listen")

        listen = accept = bind

    socket.__module__ = "socket"
    return socket


class TlsError(OSError):
    """Something about TLS."""

    reason, library = "TLS", "SSL"


class TlsVerificationError(TlsError, ValueError):
    """The server's certificate is not one for it."""

    verify_code, verify_message = 1, "certificate verify failed"


def make_ssl(wires, socket):
    """What programs and libraries use of the module `ssl`: clients whose servers are always verified."""
    ssl = types.ModuleType("ssl")
    ssl.SSLError, ssl.SSLCertVerificationError = TlsError, TlsVerificationError
    TlsError.__name__ = TlsError.__qualname__ = "SSLError"
    TlsVerificationError.__name__ = TlsVerificationError.__qualname__ = "SSLCertVerificationError"
    TlsError.__module__ = TlsVerificationError.__module__ = "ssl"
    ssl.CertificateError = TlsVerificationError
    for name in ("SSLZeroReturnError", "SSLWantReadError", "SSLWantWriteError", "SSLSyscallError", "SSLEOFError"):
        setattr(ssl, name, type(name, (TlsError,), {"__module__": "ssl"}))
    ssl.TLSVersion = enum.IntEnum("TLSVersion", {"MINIMUM_SUPPORTED": -2, "SSLv3": 768, "TLSv1": 769, "TLSv1_1": 770, "TLSv1_2": 771, "TLSv1_3": 772, "MAXIMUM_SUPPORTED": -1})
    ssl.VerifyMode = enum.IntEnum("VerifyMode", {"CERT_NONE": 0, "CERT_OPTIONAL": 1, "CERT_REQUIRED": 2})
    ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED = ssl.VerifyMode
    ssl.VerifyFlags = enum.IntFlag("VerifyFlags", {"VERIFY_DEFAULT": 0, "VERIFY_CRL_CHECK_LEAF": 4, "VERIFY_X509_STRICT": 32, "VERIFY_X509_TRUSTED_FIRST": 32768, "VERIFY_X509_PARTIAL_CHAIN": 0x80000})
    vars(ssl).update({flag.name: flag for flag in ssl.VerifyFlags}, VERIFY_DEFAULT=0)
    ssl.Options = enum.IntFlag("Options", {"OP_ALL": 0x50, "OP_NO_SSLv2": 1 << 40, "OP_NO_SSLv3": 1 << 25, "OP_NO_TLSv1": 1 << 26, "OP_NO_TLSv1_1": 1 << 28, "OP_NO_TLSv1_2": 1 << 27, "OP_NO_TLSv1_3": 1 << 29, "OP_NO_COMPRESSION": 1 << 17, "OP_NO_TICKET": 1 << 14, "OP_NO_RENEGOTIATION": 1 << 30, "OP_IGNORE_UNEXPECTED_EOF": 1 << 7, "OP_LEGACY_SERVER_CONNECT": 4})
    vars(ssl).update({flag.name: flag for flag in ssl.Options})
    vars(ssl).update(PROTOCOL_SSLv23=2, PROTOCOL_TLS=2, PROTOCOL_TLS_CLIENT=16, PROTOCOL_TLS_SERVER=17, HAS_SNI=True, HAS_ALPN=True, HAS_NPN=False,
                     HAS_ECDH=True, HAS_TLSv1=False, HAS_TLSv1_1=False, HAS_TLSv1_2=True, HAS_TLSv1_3=True, HAS_SSLv2=False, HAS_SSLv3=False,
                     HAS_NEVER_CHECK_COMMON_NAME=True, OPENSSL_VERSION="OpenSSL 3.0.0 (rustls, outside of WebAssembly)", OPENSSL_VERSION_INFO=(3, 0, 0, 0, 0), OPENSSL_VERSION_NUMBER=0x30000000)
    ssl.Purpose = enum.Enum("Purpose", {"SERVER_AUTH": "1.3.6.1.5.5.7.3.1", "CLIENT_AUTH": "1.3.6.1.5.5.7.3.2"})

    class SSLSocket(socket):
        # Libraries ask the inner object what was agreed on.
        _sslobj = property(lambda self: self)

        def _begin(self, plain, context, name):
            self._number, self._peer, self._timeout = plain._number, plain._peer, plain._timeout
            self.context, self.server_hostname = context, name
            self._told = wires.secure(plain._open(), name, context._protocols)
            plain.detach()
            return self

        def version(self):
            return self._told["version"]

        def cipher(self):
            return (self._told["cipher"], self._told["version"], 256)

        def selected_alpn_protocol(self):
            return self._told["protocol"]

        def getpeercert(self, binary_form=False):
            # The host has verified that it is one for this name, and keeps it.
            return b"" if binary_form else {"subjectAltName": (("DNS", self.server_hostname),)}

        def do_handshake(self, block=False):
            pass

        def unwrap(self):
            return self

        def pending(self):
            return 0

    SSLSocket.__module__ = "ssl"

    class SSLContext:
        sslsocket_class = SSLSocket

        def __init__(self, protocol=None, *_, **__):
            self.protocol = ssl.PROTOCOL_TLS_CLIENT if protocol is None else protocol
            self._protocols, self.options, self.verify_flags = [], ssl.OP_NO_COMPRESSION, 0
            self.minimum_version, self.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.MAXIMUM_SUPPORTED
            self.check_hostname, self.verify_mode = True, ssl.CERT_REQUIRED
            self.post_handshake_auth, self.keylog_filename, self.hostname_checks_common_name = False, None, False

        def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True, server_hostname=None, session=None):
            if server_side:
                raise OSError(95, "a program in WebAssembly cannot listen")
            if self.verify_mode == ssl.CERT_NONE:
                raise TlsError(1, "a server's certificate is always verified here: leave `verify=False` out")
            return SSLSocket.__new__(SSLSocket)._ready(sock)._begin(sock, self, server_hostname)

        def set_alpn_protocols(self, protocols):
            self._protocols = list(protocols)

        def nothing(self, *_, **__):
            pass

        set_ciphers = set_default_verify_paths = load_default_certs = load_verify_locations = load_cert_chain = nothing

        def cert_store_stats(self):
            return {"x509": 1, "crl": 0, "x509_ca": 1}

        def get_ca_certs(self, binary_form=False):
            return []

    SSLContext.__module__ = "ssl"

    def _ready(self, plain):
        socket.__init__(self)
        return self

    SSLSocket._ready = _ready
    ssl.SSLSocket, ssl.SSLContext = SSLSocket, SSLContext
    ssl.create_default_context = ssl._create_default_https_context = ssl._create_stdlib_context = lambda *_, **__: SSLContext()

    def unverified(*_, **__):
        context = SSLContext()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    ssl._create_unverified_context = unverified
    ssl.get_default_verify_paths = lambda: types.SimpleNamespace(cafile=None, capath=None, openssl_cafile="", openssl_capath="")
    ssl.SSLObject = ssl.MemoryBIO = type("SSLObject", (), {"__module__": "ssl"})
    return ssl


def install_select(wires):
    """Libraries ask whether a kept connection was closed before they use it again."""
    import select as module

    select_files = getattr(module, "select", None)

    def number_of(thing):
        number = thing if isinstance(thing, int) else thing.fileno()
        return number - NUMBERS_FROM if number >= NUMBERS_FROM else None

    def ready(readers, until):
        while True:
            found = [thing for thing in readers if wires.is_readable(number_of(thing))]
            left = None if until is None else until - time.monotonic()
            if found or left is not None and left <= 0:
                return found
            time.sleep(0.01 if left is None else min(left, 0.01))

    def select(readers, writers, failing, timeout=None):
        readers, writers = list(readers), list(writers)
        if any(number_of(thing) is None for thing in (*readers, *writers)) or not (readers or writers):
            return select_files(readers, writers, failing, timeout)
        timeout = 0 if writers else timeout
        return ready(readers, None if timeout is None else time.monotonic() + timeout), writers, []

    class poll:
        def __init__(self):
            self._asked = {}

        def register(self, thing, events=module.POLLIN if hasattr(module, "POLLIN") else 1):
            self._asked[thing if isinstance(thing, int) else thing.fileno()] = events

        modify = register

        def unregister(self, thing):
            del self._asked[thing if isinstance(thing, int) else thing.fileno()]

        def poll(self, timeout=None):
            readers = [number for number, events in self._asked.items() if events & 1]
            writers = [number for number, events in self._asked.items() if events & 4]
            seconds = None if timeout is None or timeout < 0 else timeout / 1000
            can_read, can_write, _ = select(readers, writers, [], seconds)
            return [(number, 1) for number in can_read] + [(number, 4) for number in can_write]

    module.select, module.poll = select, poll
    for name, number in dict(POLLIN=1, POLLPRI=2, POLLOUT=4, POLLERR=8, POLLHUP=16, POLLNVAL=32).items():
        setattr(module, name, number)


def install_sockets(call):
    wires = Wires(call)
    # Where this build has no such names, those of Linux.
    for name, number in dict(AF_INET=2, AF_INET6=10, AF_UNSPEC=0, AF_UNIX=1, SOCK_STREAM=1, SOCK_DGRAM=2, IPPROTO_TCP=6, TCP_NODELAY=1, SOL_SOCKET=1,
                             SO_KEEPALIVE=9, SO_REUSEADDR=2, SHUT_RD=0, SHUT_WR=1, SHUT_RDWR=2, AI_PASSIVE=1, AI_ADDRCONFIG=32, NI_NUMERICHOST=1,
                             TCP_KEEPIDLE=4, TCP_KEEPINTVL=5, TCP_KEEPCNT=6, has_ipv6=False).items():
        if not hasattr(sockets, name):
            setattr(sockets, name, number)
    for name in ("gaierror", "herror"):
        if not hasattr(sockets, name):
            setattr(sockets, name, type(name, (OSError,), {"__module__": "socket"}))
    if not hasattr(sockets, "getdefaulttimeout"):
        chosen = [None]
        sockets.getdefaulttimeout = lambda: chosen[0]
        sockets.setdefaulttimeout = lambda timeout: chosen.__setitem__(0, timeout)
    install_select(wires)
    socket = make_socket(wires)

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        # The proxy resolves names, and judges what they lead to.
        return [(sockets.AF_INET, sockets.SOCK_STREAM, 6, "", (host, int(port or 0)))]

    def create_connection(address, timeout=sockets._GLOBAL_DEFAULT_TIMEOUT, source_address=None, *, all_errors=False):
        made = socket()
        if timeout is not sockets._GLOBAL_DEFAULT_TIMEOUT:
            made.settimeout(timeout)
        made.connect(address)
        return made

    sockets.socket = sockets.SocketType = socket
    sockets.getaddrinfo, sockets.create_connection = getaddrinfo, create_connection
    sockets.gethostname = sockets.getfqdn = lambda name="": name or "codemode"
    sys.modules["ssl"] = make_ssl(wires, socket)
