import sys
print(repr(sys.stdin.read()))
try:
    input("name? ")
except EOFError as error:
    print("EOFError", error)
