import asyncio
import socket


async def handle(reader, writer):
    while line := await reader.readline():
        words = line.decode().split()
        if words[0] == "sum":
            writer.write(f"{sum(map(int, words[1:]))}\n".encode())
        elif words[0] == "slow":
            await asyncio.sleep(0.01)
            writer.write(b"done\n")
        else:
            writer.write(f"what is {words[0]}?\n".encode())
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(port, *questions):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for question in questions:
        writer.write(question.encode() + b"\n")
        await writer.drain()
        answers.append((await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    return answers


class Letters(asyncio.DatagramProtocol):
    def __init__(self, count):
        self.got, self.count, self.all = [], count, asyncio.get_running_loop().create_future()

    def datagram_received(self, data, address):
        self.got.append(data)
        if len(self.got) == self.count:
            self.all.set_result(self.got)


class Shout(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data.upper())
        self.transport.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        asked = [ask(port, "sum 1 2 3", "slow", "what now"), ask(port, "sum 4 5"), ask(port, "slow", "sum")]
        print(await asyncio.gather(*asked))
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError as error:
        print("refused", error.errno)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Shout, "localhost", 0, family=socket.AF_INET)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"louder")
    print(await reader.read())
    writer.close()
    server.close()
    transport, letters = await loop.create_datagram_endpoint(lambda: Letters(2), local_addr=("127.0.0.1", 0))
    sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=transport.get_extra_info("sockname"))
    sender.sendto(b"a")
    sender.sendto(b"b")
    print(await letters.all)
    sender.close()
    transport.close()
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    heard = asyncio.create_task(loop.sock_recv(one, 100))
    await loop.sock_sendall(other, b"raw")
    print(await heard)
    one.close()
    other.close()


asyncio.run(main())
