import ast
import dis
import io
import symtable
import tokenize

source = "def f(a, b=1):\n    global g\n    g = a\n    return [x + b for x in range(a)]\n"
table = next(t for t in symtable.symtable(source, "x.py", "exec").get_children() if t.get_name() == "f")
print(table.get_name(), table.get_parameters(), table.get_globals(), table.is_nested())
print([(tokenize.tok_name[t.type], t.string) for t in tokenize.generate_tokens(io.StringIO("x = 1 # c\n").readline)])
tree = ast.parse(source)
print(ast.dump(tree.body[0].args), [type(n).__name__ for n in ast.walk(tree)][:6])


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


print(ast.unparse(Doubler().visit(ast.parse("y = 1 + 'ab'"))), ast.literal_eval("{'a': [1, 2.5, None]}"))
names = {}
exec(compile(tree, "x.py", "exec"), names)
print(names["f"](3), names["g"], names["f"].__code__.co_varnames, names["f"].__defaults__)
print([i.opname for i in dis.get_instructions(lambda a: a + 1)][-1], eval("1 + 1", {}), names["f"].__code__.co_argcount)
try:
    compile("x = = 1", "bad.py", "exec")
except SyntaxError as error:
    print(error.msg, error.lineno, error.offset, error.text)
