import sys

for stream in (sys.stdout, sys.stderr):
    print(stream.name, stream.encoding, stream.errors, stream.isatty(), stream.fileno(), stream.mode, stream.closed, type(stream).__name__)
print(sys.stdout is sys.__stdout__, sys.stdout.newlines, sys.stdout.writable(), sys.stdout.readable(), sys.stdout.seekable())
print(sys.stdout)
