import os
import signal
import time


def handler(number, frame):
    print("got", signal.Signals(number).name, frame.f_code.co_name)


before = signal.signal(signal.SIGUSR1, handler)
print(before, signal.getsignal(signal.SIGUSR1) is handler)
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)


class Timeout(Exception):
    pass


def expire(number, frame):
    raise Timeout("too slow")


signal.signal(signal.SIGALRM, expire)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:
        time.sleep(0.01)
except Timeout as error:
    print("stopped:", error)
print(signal.alarm(10), signal.alarm(0), signal.SIGTERM.value, signal.strsignal(signal.SIGTERM))
signal.signal(signal.SIGINT, lambda *_: print("interrupted"))
signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGTERM)
print("still here")
