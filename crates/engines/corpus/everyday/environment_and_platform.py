import os, sys
os.environ["MY_FLAG"] = "1"
print(os.environ["MY_FLAG"], os.getenv("NO_SUCH_FLAG", "unset"), sys.byteorder, sys.version_info >= (3, 8), os.sep, os.linesep == "\n")
print(sys.argv[1:], __name__, os.path.basename(os.getcwd()) != "", sys.getrecursionlimit() >= 1000)
