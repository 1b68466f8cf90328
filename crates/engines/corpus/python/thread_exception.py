import threading


def bad():
    raise ValueError("in a thread")


thread = threading.Thread(target=bad, name="bad-one")
thread.start()
thread.join()
print("main goes on")
