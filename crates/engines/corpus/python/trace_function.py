import sys

seen = []


def tracer(frame, event, argument):
    if frame.f_code.co_filename.endswith("main.py"):
        seen.append((event, frame.f_code.co_name))
    return tracer


def traced():
    x = 1
    return x


sys.settrace(tracer)
traced()
sys.settrace(None)
print(seen)
