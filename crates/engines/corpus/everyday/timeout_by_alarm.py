import signal
import time
class TooSlow(Exception):
    pass
def on_alarm(number, frame):
    raise TooSlow(f"signal {signal.Signals(number).name}")
before = signal.signal(signal.SIGALRM, on_alarm)
signal.alarm(1)
try:
    time.sleep(20)
    print("slept")
except TooSlow as error:
    print("stopped:", error)
finally:
    signal.alarm(0)
print(before == signal.SIG_DFL, signal.getsignal(signal.SIGALRM) is on_alarm)
signal.setitimer(signal.ITIMER_REAL, 5)
print(sum(range(1000)), signal.getitimer(signal.ITIMER_REAL)[0] > 0)
signal.setitimer(signal.ITIMER_REAL, 0)
