import os
import select
import selectors
import socket

one, other = socket.socketpair()
one.sendall(b"ping")
print(other.recv(2), other.recv(10))
selector = selectors.DefaultSelector()
selector.register(one, selectors.EVENT_READ, "one")
print(selector.select(timeout=0))
other.send(b"line\nrest")
print([(key.data, mask) for key, mask in selector.select(timeout=1)])
with one.makefile("rb") as file:
    print(file.readline())
    other.shutdown(socket.SHUT_WR)
    print(file.read())
one.send(b"still heard")
print(other.recv(100))
one.close()
print(other.recv(100))
try:
    other.send(b"a")
    other.send(b"b")
except BrokenPipeError as error:
    print(error)
print(other.fileno() > 2, one.fileno())

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
listener.settimeout(0.01)
try:
    listener.accept()
except TimeoutError as error:
    print(type(error).__name__, error)
listener.setblocking(False)
try:
    listener.accept()
except BlockingIOError as error:
    print(type(error).__name__, error)
try:
    socket.socket().bind(listener.getsockname())
except OSError as error:
    print(error)
client = socket.create_connection(listener.getsockname())
readable, writable, failed = select.select([listener], [client], [], 1)
print(readable == [listener], writable == [client], failed)
connection, address = listener.accept()
print(address == client.getsockname(), connection.getsockname() == client.getpeername())
for made in (listener, client, connection):
    made.close()
try:
    client.send(b"x")
except OSError as error:
    print(error)

letters = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
letters.bind(("127.0.0.1", 0))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for text in (b"first", b"second"):
    sender.sendto(text, letters.getsockname())
print(letters.recvfrom(100)[0], letters.recvfrom(3)[0])

reader, writer = os.pipe()
os.write(writer, b"through a pipe\nand more")
with os.fdopen(reader) as lines:
    os.close(writer)
    print(lines.readlines())
print(socket.inet_aton("10.0.0.1"), socket.htons(1), socket.gethostbyname("localhost"), socket.AF_INET, repr(socket.SOCK_STREAM))
