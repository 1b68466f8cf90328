import logging

logging.debug("hidden")
logging.warning("shown %d", 1)
logging.getLogger("x").error("bad %s", "thing")
logging.getLogger().setLevel(logging.INFO)
logging.info("now shown")
try:
    logging.warning("%d", "not a number")
finally:
    print("end")
