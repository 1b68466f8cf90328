import sys


def hook(kind, error, trace):
    print(f"HOOK {kind.__name__}: {error} at line {trace.tb_lineno}", file=sys.stderr)


sys.excepthook = hook
raise KeyError("for the hook")
