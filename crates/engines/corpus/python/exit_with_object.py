import sys

sys.exit({"reason": ["a", 1]})
