import logging
import sys

logging.basicConfig(level=logging.DEBUG, format="%(levelname)s:%(name)s:%(filename)s:%(lineno)d:%(funcName)s:%(message)s", stream=sys.stdout)
log = logging.getLogger("app.db")


def work():
    log.info("started %s", {"a": 1})
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")
    log.debug("done", extra={"x": 1})


work()
errors = logging.StreamHandler()
errors.setFormatter(logging.Formatter("%(module)s %(message)s"))
errors.setLevel(logging.WARNING)
log.addHandler(errors)
log.warning("to both")
file = logging.FileHandler("app.log")
log.addHandler(file)
log.error("kept")
logging.shutdown()
print(open("app.log").read(), end="")
