import ctypes, errno, os, resource, signal, socket, stat, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    "A raw system call: 'ok' or the name of its error."
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "ok" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "error")
def attempt(function):
    try:
        function()
        return "ok"
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        return type(error).__name__
def connect(family, kind, address):
    with socket.socket(family, kind) as link:
        link.settimeout(5)
        link.connect(address)
def show(*seen):
    print(*seen, flush=True)
