"""Tries in one place what a jail has to refuse: `inside.py BINARY`. Prints what was found as JSON.

Every act is a Python program that ends with its value: what it got. The same program runs under `direct`, where it has to
get what it wants, so that no refusal is one for the wrong reason.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile


def acts(folder, victim, port):
    """Programs by what they try; each has the value `got` when it succeeded, else the name of an exception."""
    attempt = "try:\n    %s\n    result = 'got'\nexcept Exception as error:\n    result = type(error).__name__\nresult"
    secret, outside = os.path.join(folder, "secret"), os.path.join(folder, "written")
    tries = {
        "reads a file of the user": "assert open(%r).read() == 'secret'" % secret,
        "writes a file of the user": "open(%r, 'w').write('x')" % outside,
        "lists the folder above its workspace": "assert __import__('os').listdir(%r)" % folder,
        "signals a process of the user": "__import__('os').kill(%d, 0)" % victim,
        "reads the environment of a process": "assert open('/proc/%d/environ', 'rb').read()" % victim,
        "connects to the machine's loopback": "__import__('socket').create_connection(('127.0.0.1', %d), 5)" % port,
        "connects to an abstract socket": "__import__('socket').socket(__import__('socket').AF_UNIX).connect('\\0codemode-%d')" % port,
    }
    return {name: attempt % act for name, act in tries.items()}


def run(binary, engine, code):
    done = subprocess.run([binary, "run", "-", "--engine", engine, "--json"], input=code, capture_output=True, text=True,
                          timeout=120)
    if not done.stdout:
        raise AssertionError(done.stderr)
    report = json.loads(done.stdout)
    return report["value"], report["isolation"]


def main(binary):
    doctor = json.loads(subprocess.run([binary, "doctor", "--json"], capture_output=True, text=True, timeout=120).stdout)
    found = {"engine": doctor["engines"]["jail"], "acts": {}}
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener, socket.socket(socket.AF_UNIX) as abstract:
        with open(os.path.join(folder, "secret"), "w") as file:
            file.write("secret")
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        abstract.bind("\0codemode-%d" % port)
        abstract.listen()
        victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={"SECRET": "secret"})
        for name, code in acts(folder, victim.pid, port).items():
            jailed, level = run(binary, "jail", code)
            bare, _ = run(binary, "direct", code)
            found["acts"][name] = {"jail": jailed, "direct": bare, "isolation": level}
        victim.communicate(b"\n")
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
