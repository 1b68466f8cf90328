

"""Servers of `socketserver` and `http.server` in a thread, step by step, for clients in the same program."""


def serve(server, poll_interval=0.5):
    """`BaseServer.serve_forever`."""
    server._BaseServer__is_shut_down.clear()
    try:
        while not server._BaseServer__shutdown_request:
            if guest.places.is_readable(server.fileno()):
                yield from take_request(server)
            else:
                yield Blocked(guest.threads.now() + poll_interval)
            server.service_actions()
    finally:
        server._BaseServer__shutdown_request = False
        server._BaseServer__is_shut_down.set()


def serve_one(server):
    """`BaseServer.handle_request`."""
    end = min((limit for limit in (server.socket.gettimeout(), server.timeout) if limit is not None), default=FOREVER) + guest.threads.now()
    while not guest.places.is_readable(server.fileno()):
        if guest.threads.now() >= end:
            return server.handle_timeout()
        yield Blocked(end)
    yield from take_request(server)


def take_request(server):
    """`BaseServer._handle_request_noblock`."""
    import socketserver

    try:
        request, address = server.get_request()
    except OSError:
        return
    if not server.verify_request(request, address):
        server.shutdown_request(request)
    elif type(server).process_request is not socketserver.BaseServer.process_request:
        # It starts a thread for it.
        server.process_request(request, address)
    else:
        yield from answer(server, request, address)


def answer(server, request, address):
    """`ThreadingMixIn.process_request_thread`."""
    try:
        yield from handle(server, request, address)
    except Exception:
        server.handle_error(request, address)
    finally:
        if not isinstance(sys.exception(), GeneratorExit):
            server.shutdown_request(request)


def handle(server, request, address):
    """`BaseServer.finish_request`."""
    import socketserver

    kind = server.RequestHandlerClass
    if getattr(kind, "__init__", None) is not socketserver.BaseRequestHandler.__init__ or type(server).finish_request is not socketserver.BaseServer.finish_request:
        server.finish_request(request, address)
        return
    handler = kind.__new__(kind)
    handler.request, handler.client_address, handler.server = request, address, server
    yield from call(handler.setup)
    try:
        yield from call(handler.handle)
    finally:
        if not isinstance(sys.exception(), GeneratorExit):
            handler.finish()


def handle_http(handler):
    """`BaseHTTPRequestHandler.handle`."""
    handler.close_connection = True
    while True:
        yield from wait_for_stream(handler.rfile)
        handler.handle_one_request()
        if handler.close_connection:
            return


def wait_for_stream(reader):
    """Waits until a buffered reader over a socket has something."""
    socket = getattr(reader.raw, "_sock", None)
    while socket is not None and not socket._is_readable():
        before = socket.gettimeout()
        socket.setblocking(False)
        try:
            if reader.peek(1):
                return
        finally:
            socket.settimeout(before)
        yield Blocked()


def note_servers(module):
    WAITS.update({module.BaseServer.serve_forever: serve, module.BaseServer.handle_request: serve_one,
                  module.ThreadingMixIn.process_request_thread: answer})


def note_http(module):
    WAITS[module.BaseHTTPRequestHandler.handle] = handle_http


def install_servers():
    """What waits in these modules is known when a program imports them."""
    for finder in sys.meta_path:
        if isinstance(finder, Finder):
            finder.changes.update({"socketserver": note_servers, "http.server": note_http})
