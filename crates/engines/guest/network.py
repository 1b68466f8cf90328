"""Leads libraries that ignore the proxy in HTTPS_PROXY unless they are told to it. Installs itself when it is run."""

import os
import sys


class _Patch:
    """Changes a module right after it was imported, without importing it before the program does."""

    def __init__(self, name, change):
        self.name, self.change = name, change

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return spec
        exec_module = spec.loader.exec_module

        def and_change(module):
            exec_module(module)
            try:
                self.change(module)
            except Exception:
                # Another version than was thought of: it then works as it would without this.
                pass

        spec.loader.exec_module = and_change
        return spec


def _aiohttp(module):
    module.ClientSession.__init__.__kwdefaults__["trust_env"] = True


if os.environ.get("HTTPS_PROXY"):
    sys.meta_path.insert(0, _Patch("aiohttp", _aiohttp))
