import threading
import time


class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(0.1)


def forever():
    while True:
        time.sleep(0.001)


threading.Thread(target=forever, daemon=True).start()
# The last of the names: when it is cleared, those that the thread uses are gone.
slow = Slow()
print("main ends")
