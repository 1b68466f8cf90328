import sys
import threading

t = threading.Thread(target=lambda: sys.exit(3))
t.start()
t.join()
print("main ends with nought")
