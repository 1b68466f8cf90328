

"""The module `ssl` of embedded programs: what programs and libraries use of it as clients. The host speaks TLS, and a server is always
verified by what this machine trusts.
"""

class TlsError(OSError):
    """Something about TLS."""

    reason, library = "TLS", "SSL"


class TlsVerificationError(TlsError, ValueError):
    """The server's certificate is not one for it."""

    verify_code, verify_message = 1, "certificate verify failed"


def make_ssl(wires):
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

    class SSLSocket(Socket):
        # Libraries ask the inner object what was agreed on.
        _sslobj = property(lambda self: self)

        def _begin(self, plain, context, name):
            self._timeout = plain._timeout
            self.context, self.server_hostname = context, name
            stream = plain._open()
            if not isinstance(stream, Wire):
                raise TlsError(1, "between sockets of one program there is no TLS in WebAssembly")
            self._told = wires.secure(stream.number, name, context._protocols)
            plain.detach()
            return self._lead_to(stream, plain._peer, plain._name)

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
            self._check(server_side)
            return SSLSocket.__new__(SSLSocket)._ready(sock)._begin(sock, self, server_hostname)

        def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
            self._check(server_side)
            name = server_hostname.decode("ascii") if isinstance(server_hostname, bytes) else server_hostname
            return SSLObject(self, incoming, outgoing, name)

        def _check(self, server_side):
            if server_side:
                raise OSError(95, "a program in WebAssembly cannot be a server of TLS")
            if self.verify_mode == ssl.CERT_NONE:
                raise TlsError(1, "a server's certificate is always verified here: leave `verify=False` out")

        def set_alpn_protocols(self, protocols):
            self._protocols = list(protocols)

        def nothing(self, *_, **__):
            pass

        set_ciphers = set_default_verify_paths = load_default_certs = load_verify_locations = load_cert_chain = nothing

        def cert_store_stats(self):
            return {"x509": 1, "crl": 0, "x509_ca": 1}

        def get_ca_certs(self, binary_form=False):
            return []

    SSLObject, MemoryBIO = make_tls_object(ssl)
    SSLContext.__module__ = SSLObject.__module__ = MemoryBIO.__module__ = "ssl"

    def _ready(self, plain):
        Socket.__init__(self)
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
    ssl.SSLObject, ssl.MemoryBIO = SSLObject, MemoryBIO
    return ssl


def make_tls_object(ssl):
    """TLS of libraries that move its bytes by themselves. The host speaks it, so what they move is what is said inside of it; the
    greeting is a word to the socket below, and the answer to that."""

    class MemoryBIO:
        def __init__(self):
            self._bytes, self._is_over = bytearray(), False

        def read(self, size=-1):
            data = bytes(self._bytes[:size] if size >= 0 else self._bytes)
            del self._bytes[:len(data)]
            return data

        def write(self, data):
            self._bytes += data
            return len(data)

        def write_eof(self):
            self._is_over = True

        pending = property(lambda self: len(self._bytes))
        eof = property(lambda self: self._is_over and not self._bytes)

    class SSLObject:
        server_side, session, session_reused = False, None, False

        def __init__(self, context, incoming, outgoing, name):
            self.context, self.server_hostname = context, name
            self._in, self._out, self._answer, self._told = incoming, outgoing, None, None

        def do_handshake(self):
            if self._answer is None:
                wish = {"name": self.server_hostname, "protocols": self.context._protocols}
                self._out.write(TLS_MARK + ENCODE(wish).encode())
                self._answer = b""
            self._answer += self._in.read()
            if not self._answer.endswith(b"\n"):
                if self._in.eof:
                    raise ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
                raise ssl.SSLWantReadError(2, "The operation did not complete")
            told = json.loads(self._answer)
            if "error" in told:
                kind, number, message = told["error"]
                raise getattr(ssl, kind, ssl.SSLError)(number, message)
            self._told = told

        def read(self, len=1024, buffer=None):
            data = self._in.read(len)
            if not data and not self._in.eof:
                raise ssl.SSLWantReadError(2, "The operation did not complete")
            if buffer is None:
                return data
            buffer[:data.__len__()] = data
            return data.__len__()

        def write(self, data):
            return self._out.write(data)

        def unwrap(self):
            pass

        def pending(self):
            return self._in.pending

        def version(self):
            return self._told["version"] if self._told else None

        def cipher(self):
            return (self._told["cipher"], self._told["version"], 256) if self._told else None

        def nothing(self, *_):
            return None

        compression = shared_ciphers = get_channel_binding = nothing

        def selected_alpn_protocol(self):
            return self._told["protocol"] if self._told else None

        def getpeercert(self, binary_form=False):
            # The host has verified that it is one for this name, and keeps it.
            return b"" if binary_form else {"subjectAltName": (("DNS", self.server_hostname),)}

    return SSLObject, MemoryBIO
