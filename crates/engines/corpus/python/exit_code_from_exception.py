class AppError(Exception):
    code = 5

    def __str__(self):
        return "app failed with %d" % self.code


import sys

try:
    raise AppError
except AppError as error:
    print("error:", error, file=sys.stderr)
    sys.exit(error.code)
finally:
    print("cleaned up")
