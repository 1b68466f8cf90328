import ast
import operator
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg}
def evaluate(node):
    match node:
        case ast.Expression(body):
            return evaluate(body)
        case ast.Constant(value) if isinstance(value, (int, float)):
            return value
        case ast.BinOp(left, op, right):
            return OPERATORS[type(op)](evaluate(left), evaluate(right))
        case ast.UnaryOp(op, operand):
            return OPERATORS[type(op)](evaluate(operand))
    raise ValueError(f"not allowed: {type(node).__name__}")
for text in ["1 + 2 * -3", "2 ** 10 / 4", "__import__('os')", "x + 1"]:
    try:
        print(text, "=", evaluate(ast.parse(text, mode="eval")))
    except ValueError as error:
        print(text, "!", error)
source = """
import os, json as j
from math import pi
class A(Base):
    def f(self, x, *rest, key=1): return x
def g(): pass
"""
tree = ast.parse(source)
for node in ast.walk(tree):
    if isinstance(node, ast.FunctionDef):
        print("function", node.name, [argument.arg for argument in node.args.args], node.lineno)
    elif isinstance(node, ast.Import):
        print("import", [alias.name for alias in node.names])
class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)
print(ast.unparse(Doubler().visit(ast.parse("a = [1, 2, 'x']"))))
print(ast.literal_eval("{'a': [1, (2, 3)], 'b': None}"))
