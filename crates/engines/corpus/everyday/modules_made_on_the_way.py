import importlib
import importlib.util
import sys
import types
from pathlib import Path
Path("shop").mkdir()
Path("shop/__init__.py").write_text("from .prices import total\n__all__ = ['total']\nVERSION = '1.0'\n")
Path("shop/prices.py").write_text("PRICES = {'tea': 2.5, 'cake': 4}\ndef total(*names):\n    return sum(PRICES[name] for name in names)\n")
Path("helper.py").write_text("print('helper is read')\nvalue = 1\n")
importlib.invalidate_caches()
import shop
from shop import prices
import helper
print(shop.total("tea", "cake"), shop.VERSION, prices.__name__, prices.__package__, "shop.prices" in sys.modules)
Path("helper.py").write_text("print('helper is read again')\nvalue = 22\n")
importlib.invalidate_caches()
print(importlib.reload(helper).value, helper.__file__.endswith("helper.py"), importlib.util.find_spec("nothing_here"))
made = types.ModuleType("made")
exec("def twice(x):\n    return x * 2\nname = __name__", made.__dict__)
sys.modules["made"] = made
from made import twice
print(twice(4), made.name, eval("a + b", {"a": 1}, {"b": 2}), sorted(name for name in dir(made) if not name.startswith("__")))
space = {}
exec(compile("for i in range(3):\n    last = i", "<made>", "exec"), space)
print(space["last"], __name__, callable(getattr(importlib.import_module("math"), "sqrt")))
try:
    from shop import nothing
except ImportError as error:
    print(error.name, str(error).split("(")[0])
try:
    shop.total("coffee")
except KeyError as error:
    print("no", error)
