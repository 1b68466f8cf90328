

"""Streams of embedded programs that lead out: the host opens them through codemode's proxy, and speaks TLS on them. In one text with
embedded.py, in front of it.
"""

import enum
import secrets
import selectors
import socket as sockets
import time
import types

TIMEOUT_FOREVER = (1 << 64) - 1
# What a library that speaks TLS by itself sends instead of a greeting, and only such a one can know.
TLS_MARK = secrets.token_bytes(16)


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

    def ready(self, numbers, timeout, frames=False):
        """Those that can be read, waited for; 0 when a frame has come and that was asked."""
        limit = TIMEOUT_FOREVER if timeout is None else int(timeout * 1000)
        message = bytes([frames]) + limit.to_bytes(8, "little") + b"".join(number.to_bytes(4, "little") for number in numbers)
        answer = self.ask(b"a", message)
        return {int.from_bytes(answer[at:at + 4], "little") for at in range(0, len(answer), 4)}

    def close(self, number):
        self.ask(b"c", number.to_bytes(4, "little"))


READ_MAX = 1 << 20


class Wire:
    """A stream that leads out."""

    def __init__(self, wires, number):
        self.wires, self.number = wires, number
        # What its own side has said to it.
        self.mail = b""

    def is_readable(self):
        return bool(self.mail or self.wires.ready([self.number], 0))

    def read(self, count):
        if self.mail:
            data, self.mail = self.mail[:count], self.mail[count:]
            return data
        return self.wires.read(self.number, min(count, READ_MAX), 0)

    def write(self, data):
        if data[:len(TLS_MARK)] == TLS_MARK:
            self.mail += self.secure(json.loads(bytes(data[len(TLS_MARK):])))
        else:
            self.wires.write(self.number, data)

    def secure(self, wish):
        """What the host agreed on with a server, for a library that speaks TLS by itself."""
        try:
            told = self.wires.secure(self.number, wish["name"], wish["protocols"])
        except OSError as error:
            told = {"error": [type(error).__name__, error.errno, error.strerror]}
        return ENCODE(told).encode() + b"\n"

    def finish(self):
        """A host's stream has no half."""

    def close(self):
        self.wires.close(self.number)
