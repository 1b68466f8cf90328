import signal
import sys

signal.signal(signal.SIGINT, lambda number, frame: sys.exit(130))
print(signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN, flush=True)
signal.raise_signal(signal.SIGINT)
