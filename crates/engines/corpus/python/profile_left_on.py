import sys

calls = []
sys.setprofile(lambda frame, event, argument: calls.append(frame.f_code.co_name) if event == "call" else None)


def f():
    return 1


f()
f()
count = len(calls)
sys.setprofile(None)
print(calls)
sys.settrace(lambda frame, event, argument: print("TRACE", event, frame.f_code.co_name) if frame.f_code.co_filename.endswith("main.py") else None)
f()
print("end")
