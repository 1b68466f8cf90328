import socket
import socketserver
import threading


def serve(ready, place):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        place.append(listener.getsockname()[1])
        ready.set()
        connection, address = listener.accept()
        with connection:
            count = 0
            while True:
                data = connection.recv(1024)
                if not data:
                    break
                count += 1
                connection.sendall(f"{count}: {data.decode().upper()}".encode())
    print("served", count, "messages to", address[0])


ready, place = threading.Event(), []
server = threading.Thread(target=serve, args=(ready, place))
server.start()
ready.wait()
with socket.create_connection(("localhost", place[0])) as client:
    for word in ("hello", "how are you", "bye"):
        client.sendall(word.encode())
        print(client.recv(1024).decode())
server.join()
try:
    socket.create_connection(("127.0.0.1", place[0]), timeout=1)
except ConnectionRefusedError as error:
    print("nobody there any more:", error)


class Reverse(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.strip()[::-1] + b"\n")


for kind in (socketserver.TCPServer, socketserver.ThreadingTCPServer):
    with kind(("127.0.0.1", 0), Reverse) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with socket.create_connection(server.server_address) as client, client.makefile("rw") as file:
            for word in ("abc", "level", "straw"):
                file.write(word + "\n")
                file.flush()
                print(file.readline().strip(), end=" ")
        print()
        server.shutdown()
        thread.join()
