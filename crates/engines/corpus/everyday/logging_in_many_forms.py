import json
import logging
import logging.config
import logging.handlers
import sys


class Jsonish(logging.Formatter):
    def format(self, record):
        return json.dumps({"level": record.levelname, "name": record.name, "message": record.getMessage(), **getattr(record, "extra", {})})


root = logging.getLogger()
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(levelname)-8s %(name)s:%(lineno)d %(funcName)s %(message)s"))
root.addHandler(handler)
root.setLevel(logging.DEBUG)
log = logging.getLogger("app.db")


def query(text):
    log.debug("query %s", text)
    try:
        {}[text]
    except KeyError:
        log.exception("failed")


query("select")
log.warning("disk at %d%%", 91)
logging.getLogger("app").setLevel(logging.ERROR)
log.info("not shown")
handler.setFormatter(Jsonish())
log.error("as json", extra={"extra": {"user": "anna"}})
file = logging.handlers.RotatingFileHandler("app.log", maxBytes=200, backupCount=2)
file.setFormatter(logging.Formatter("{levelname} {message}", style="{"))
log.addHandler(file)
log.propagate = False
for n in range(12):
    log.error("line number %d of the log", n)
import os

print(sorted(name for name in os.listdir(".") if "log" in name), open("app.log").read().count("\n") > 0)
log.addFilter(lambda record: "secret" not in record.getMessage())
log.error("a secret")
print(logging.getLevelName(35), logging.getLevelName("ERROR"), log.getEffectiveLevel(), log.isEnabledFor(logging.INFO), logging.getLogger("app.db") is log)
memory = logging.handlers.MemoryHandler(10, target=handler)
other = logging.getLogger("other")
other.propagate = False
other.addHandler(memory)
other.info("kept")
print("before flush")
memory.flush()
