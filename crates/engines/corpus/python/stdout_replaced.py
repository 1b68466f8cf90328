import builtins
import io
import sys


class Tee(io.TextIOBase):
    def __init__(self, *streams):
        self.streams = streams

    def write(self, text):
        for stream in self.streams:
            stream.write(text)
        return len(text)

    def flush(self):
        for stream in self.streams:
            stream.flush()


copy = io.StringIO()
sys.stdout = Tee(sys.__stdout__, copy)
print("to both")
original = builtins.print
builtins.print = lambda *args, **kwargs: original("[patched]", *args, **kwargs)
print("patched print")
sys.stderr = sys.stdout
print(len(copy.getvalue()), file=sys.stderr)
raise SystemExit("text for the replaced stderr")
