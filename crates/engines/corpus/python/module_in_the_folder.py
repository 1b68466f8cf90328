import sys
from pathlib import Path

Path("helper.py").write_text("print('imported', __name__)\nVALUE = 41\ndef f():\n    raise ValueError('in the helper')\n")
Path("pkg").mkdir()
Path("pkg/__init__.py").write_text("from .inner import x\n")
Path("pkg/inner.py").write_text("x = 'inner'\n")
import helper
import pkg
from importlib import import_module, reload

print(helper.VALUE + 1, pkg.x, import_module("pkg.inner").x, "helper" in sys.modules, reload(helper) is helper)
import __main__

print(__main__.Path is Path, sys.modules["__main__"] is __main__)
helper.f()
