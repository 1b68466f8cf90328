import importlib
import importlib.util
import os
import pkgutil
import sys

os.makedirs("shapes/flat")
for name, text in {
    "shapes/__init__.py": "from .base import Shape\n__all__ = ['Shape', 'flat']\nprint('shapes loaded')\n",
    "shapes/base.py": "class Shape:\n    sides = 0\n",
    "shapes/flat/__init__.py": "",
    "shapes/flat/square.py": "from ..base import Shape\n\nclass Square(Shape):\n    sides = 4\n",
    "broken.py": "def f(:\n    pass\n",
    "failing.py": "VALUE = 1\nraise RuntimeError('at import')\n",
}.items():
    with open(name, "w") as file:
        file.write(text)
import shapes
from shapes.flat.square import Square

print(Square.sides, shapes.Shape.__module__, Square.__mro__[1].__name__, sorted(m.name for m in pkgutil.walk_packages(shapes.__path__, "shapes.")))
print(importlib.import_module("shapes.flat").__package__, importlib.util.find_spec("nothing_here"), importlib.util.find_spec("shapes.base").name, "shapes.base" in sys.modules)
for name in ("broken", "failing", "shapes.missing"):
    try:
        importlib.import_module(name)
    except (SyntaxError, RuntimeError, ImportError) as error:
        print(type(error).__name__, error, name in sys.modules)
with open("shapes/base.py", "a") as file:
    file.write("    colour = 'red'\n")
importlib.invalidate_caches()
print(importlib.reload(sys.modules["shapes.base"]).Shape.colour, shapes.Shape is sys.modules["shapes.base"].Shape)
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("made", loader=None))
exec("def hello(): return __name__", module.__dict__)
print(module.hello(), vars(module).keys() >= {"hello"})
try:
    from shapes import nothing
except ImportError as error:
    print(error.name, error.msg.split(" (")[0])
namespace = {}
exec("from shapes import *", namespace)
print(sorted(k for k in namespace if not k.startswith("__")))
