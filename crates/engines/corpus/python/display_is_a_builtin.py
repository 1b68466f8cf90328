import builtins

print(hasattr(builtins, "display"))
