import sys

sys.stdout.buffer.write(b"bytes \xff\xfe and \x00 nul\n")
sys.stdout.flush()
print("text after bytes")
sys.stdout.write("no newline at the end")
sys.stderr.write("err without newline")
