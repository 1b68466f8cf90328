import sys
values = [3, -1, 4]
if any(value < 0 for value in values):
    sys.exit(f"negative value at {values.index(-1)}")
print("not reached")
