import builtins
import os
import platform
import sys

print(sys.version_info[:2] >= (3, 9), sys.implementation.name, platform.python_implementation(), sys.byteorder, sys.getrecursionlimit())
print(sys.argv, __name__, os.path.basename(__file__), sys.stdin.isatty(), sys.stdout.encoding, sys.getdefaultencoding(), sys.getfilesystemencoding())
print(sys.float_info.max, sys.float_info.dig, sys.maxsize > 2 ** 32, sys.maxunicode, sys.flags.optimize, __debug__, sys.int_info.default_max_str_digits)
print(len(sys.path) > 0, "os" in sys.modules, sys.getsizeof(b"") > 0, callable(sys.exc_info), sys.exc_info(), sys.hexversion >> 24, sys.api_version)
print(os.name, os.sep, os.linesep.encode(), os.pathsep, os.curdir, os.devnull, os.getcwd() == os.path.dirname(os.path.abspath(__file__)))
print(hasattr(builtins, "print"), __builtins__ is builtins, [n for n in dir() if not n.startswith("_")], os.environ.get("NO_SUCH_THING"), os.getenv("HOME") is not None)
print(sys.intern("a b") is sys.intern("a b"), sys.getrefcount(object()) <= 2, sys.is_finalizing(), os.cpu_count() >= 1, type(sys.stdout).__name__)
try:
    int("9" * 5000)
except ValueError as error:
    print(error)
sys.setrecursionlimit(200)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


print(deep(150))
try:
    deep(1000)
except RecursionError as error:
    print(error)
print(sys.getrecursionlimit(), os.path.expanduser("~") == os.environ["HOME"], os.path.normpath("a/./b/../c"), os.path.splitext("x.tar.gz"), os.path.commonpath(["/a/b", "/a/c"]))
