import io
import logging
import logging.handlers
import sys
import warnings
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)-8s %(name)s:%(lineno)d %(message)s"))
logger = logging.getLogger("app.db")
logging.getLogger("app").addHandler(handler)
logging.getLogger("app").setLevel(logging.INFO)
logger.debug("hidden")
logger.info("connected to %s in %.1f s", "db", 1.25)
logger.warning("slow", extra={"x": 1})
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("failed")
class Masking(logging.Filter):
    def filter(self, record): record.msg = record.getMessage().replace("secret", "***"); record.args = (); return "drop" not in record.msg
logger.addFilter(Masking())
logger.error("the %s is here", "secret")
logger.error("drop me")
print(stream.getvalue())
memory = logging.handlers.MemoryHandler(10, target=logging.StreamHandler(sys.stdout))
quiet = logging.getLogger("quiet"); quiet.propagate = False; quiet.addHandler(memory)
quiet.warning("kept"); print("not yet"); memory.flush()
print(logging.getLevelName(35), logger.isEnabledFor(logging.DEBUG), logger.getEffectiveLevel(), logger.parent.name)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("old", DeprecationWarning)
    print([(str(w.message), w.category.__name__) for w in caught])
logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.DEBUG, force=True)
logging.info("plain")
logging.captureWarnings(True)
