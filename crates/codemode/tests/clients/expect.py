"""What a result of the server has to be, whole, with run ids, times and sizes of processes masked."""

import re

RUN_ID = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b")
MASKED = {"duration_ms": "TIME", "cpu_ms": "CPU", "memory_peak_bytes": "MEMORY"}


def masked(value):
    """A JSON value with everything that differs between two runs replaced."""
    if isinstance(value, str):
        text = re.sub(r"· \d+ ms", "· TIME ms", RUN_ID.sub("RUN", value))
        return re.sub(r"running after \d+ s", "running after N s", text)
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        # 2026-07-28 has the server sign each result; that is for the handshake's check.
        kept = {name: item for name, item in value.items() if name != "io.modelcontextprotocol/serverInfo"}
        return {name: MASKED.get(name) or masked(item) for name, item in kept.items()}
    return value


def closing(engine, session=None):
    """The last line of a result's text."""
    place = {"direct": "direct/none"}.get(engine, engine + "/full")
    return "[run RUN · %s · TIME ms%s]" % (place, " · session " + session if session else "")


def result(ran_on, text, is_error=False, session=None, **report):
    """A masked result: its text in front of the closing line, and what its report has beside the usual."""
    whole = {
        "run_id": "RUN",
        "engine": ran_on,
        "isolation": "none" if ran_on == "direct" else "full",
        "language": "python",
        "session_id": session,
        "ending": {"kind": "finish"},
        "success": not is_error,
        "exit_code": 0,
        "value": None,
        "stdout": "",
        "stderr": "",
        "truncated": False,
        "duration_ms": "TIME",
        "cpu_ms": "CPU",
        "memory_peak_bytes": "MEMORY",
        "packages_installed": [],
        "tool_calls": [],
        "files": [],
        "attempts": 1,
        "hints": [],
    }
    whole.update(report)
    whole["stdout_bytes"] = len(whole["stdout"].encode())
    whole["stderr_bytes"] = len(whole["stderr"].encode())
    content = [{"type": "text", "text": text + closing(ran_on, session)}]
    return {"content": content, "isError": is_error, "_meta": {"codemode/report": whole}}


def same(seen, expected):
    """Fails with both sides when they differ."""
    if seen != expected:
        raise AssertionError("\n  expected %r\n  seen     %r" % (expected, seen))


TRACEBACK = """Traceback (most recent call last):
  File "main.py", line 2, in <module>
    raise ValueError("no such thing")
ValueError: no such thing"""

TIMED_OUT = "the program was stopped after 1 s; pass a larger `timeout` or do less in one run"


def programs(engine):
    """Programs that every client runs: a name, the arguments of execute_code, and the whole result."""
    failed = {"kind": "raise", "type": "ValueError", "message": "no such thing", "traceback": TRACEBACK, "module": None}
    return [
        ("a program with output", {"code": "print('hello')\nprint('world')"},
         result(engine, "hello\nworld\n", stdout="hello\nworld\n")),
        ("a program with a value only", {"code": "total = 6 * 7"}, result(engine, "[value]\n42\n", value=42)),
        ("a program that fails", {"code": "print('before')\nraise ValueError(\"no such thing\")"},
         result(engine, "before\n[error]\n%s\n" % TRACEBACK, True, ending=failed, exit_code=1, stdout="before\n")),
        ("a program that times out", {"code": "print('partial')\nwhile True: pass", "timeout": 1},
         result(engine, "partial\n[error]\nTimeout: stopped after 1 s\nhint: %s\n" % TIMED_OUT, True,
                ending={"kind": "timeout", "seconds": 1.0}, exit_code=124, stdout="partial\n", hints=[TIMED_OUT])),
    ]
