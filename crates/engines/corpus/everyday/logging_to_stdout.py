import logging, sys
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s:%(name)s:%(message)s")
log = logging.getLogger("app")
log.info("started with %d items", 3)
log.debug("not shown")
try:
    {}["x"]
except KeyError:
    log.error("lookup failed")
logging.getLogger("app.db").warning("slow: %.1f s", 1.25)
