import sys

print(sys.flags.isolated, sys.flags.utf8_mode)
