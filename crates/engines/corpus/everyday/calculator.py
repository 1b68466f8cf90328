import re
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|(\*\*|[-+*/()]))")
def tokens(text):
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise SyntaxError(f"unexpected {text[place]!r} at {place}")
        yield float(match[1]) if match[1] else match[2]
        place = match.end()
    yield None
class Parser:
    def __init__(self, text):
        self.rest = tokens(text)
        self.next = next(self.rest)
    def take(self):
        token, self.next = self.next, next(self.rest, None)
        return token
    def sum(self):
        value = self.product()
        while self.next in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value
    def product(self):
        value = self.unary()
        while self.next in ("*", "/"):
            value = value * self.unary() if self.take() == "*" else value / self.unary()
        return value
    def unary(self):
        if self.next == "-":
            self.take()
            return -self.unary()
        return self.power()
    def power(self):
        value = self.atom()
        if self.next == "**":
            self.take()
            value **= self.unary()
        return value
    def atom(self):
        token = self.take()
        if token == "(":
            value = self.sum()
            if self.take() != ")":
                raise SyntaxError("a bracket is not closed")
            return value
        if not isinstance(token, float):
            raise SyntaxError(f"a number is missing before {token!r}")
        return token
for text in ["1 + 2 * 3", "-(2 - 5) ** 2 / 3", "2 ** 3 ** 2", "10 / 4", "1 / 0", "2 * (3 + 4", "7 & 3", "* 2"]:
    try:
        print(f"{text:<18} = {Parser(text).sum():g}")
    except (SyntaxError, ZeroDivisionError) as error:
        print(f"{text:<18} ! {type(error).__name__}: {error}")
