import os
import sys

read_end, write_end = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(read_end)
    os.write(write_end, b"hello from the child")
    sys.exit(7)
os.close(write_end)
print(os.read(read_end, 100))
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
