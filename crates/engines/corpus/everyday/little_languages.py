import operator
import re

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "<": operator.lt, "=": operator.eq}


def read(text):
    tokens = re.findall(r"[()]|[^\s()]+", text)

    def form():
        token = tokens.pop(0)
        if token == "(":
            items = []
            while tokens[0] != ")":
                items.append(form())
            tokens.pop(0)
            return items
        try:
            return int(token)
        except ValueError:
            return token

    while tokens:
        yield form()


def evaluate(x, scope):
    while True:
        if isinstance(x, str):
            for frame in scope:
                if x in frame:
                    return frame[x]
            raise NameError(f"unbound {x}")
        if not isinstance(x, list):
            return x
        match x:
            case ["define", name, value]:
                scope[0][name] = evaluate(value, scope)
                return None
            case ["if", test, yes, no]:
                x = yes if evaluate(test, scope) else no
                continue
            case ["lambda", names, body]:
                return (names, body, scope)
            case ["let", pairs, body]:
                scope = [{n: evaluate(v, scope) for n, v in pairs}, *scope]
                x = body
                continue
        function, *arguments = (evaluate(item, scope) for item in x)
        if callable(function):
            return function(*arguments)
        names, x, outer = function
        scope = [dict(zip(names, arguments)), *outer]


world = [{**OPERATORS, "list": lambda *a: list(a), "map": lambda f, l: [evaluate([f, n], world) if not callable(f) else f(n) for n in l]}]
program = """
(define fact (lambda (n) (if (< n 2) 1 (* n (fact (- n 1))))))
(fact 20)
(define loop (lambda (n total) (if (= n 0) total (loop (- n 1) (+ total n)))))
(loop 500 0)
(let ((a 2) (b 5)) (* a (+ b 1)))
((lambda (f x) (f (f x))) (lambda (x) (* x x)) 3)
(list 1 (/ 7 2) (- 1 5))
(missing 1)
"""
try:
    for expression in read(program):
        result = evaluate(expression, world)
        if result is not None:
            print(result)
except NameError as error:
    print("error:", error)


def rpn(text):
    stack = []
    for token in text.split():
        if token in OPERATORS:
            right, left = stack.pop(), stack.pop()
            stack.append(OPERATORS[token](left, right))
        else:
            stack.append(float(token))
    return stack


print(rpn("3 4 + 2 *"), rpn("1 2 3 - /"))
