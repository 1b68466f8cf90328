import os
import signal
import time

got = []
signal.signal(signal.SIGUSR1, lambda number, frame: got.append(signal.Signals(number).name))
os.kill(os.getpid(), signal.SIGUSR1)


def alarm(number, frame):
    raise TimeoutError("too slow")


signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(30)
except TimeoutError as error:
    print(got, error)
