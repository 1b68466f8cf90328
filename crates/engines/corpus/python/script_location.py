import os
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
print(here == Path.cwd().resolve(), os.path.basename(__file__), os.path.isabs(__file__))
print(sys.argv, sys.path[0] == os.path.dirname(os.path.abspath(__file__)))
print(__name__, __package__, __spec__, __doc__)
print(sorted(name for name in globals() if name.startswith("__")))
