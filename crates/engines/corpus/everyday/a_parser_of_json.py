class ParseError(Exception):
    pass


class Parser:
    def __init__(self, text):
        self.text, self.at = text, 0

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \n\t":
            self.at += 1

    def expect(self, token):
        if not self.text.startswith(token, self.at):
            raise ParseError(f"expected {token!r} at {self.at}, found {self.text[self.at:self.at + 5]!r}")
        self.at += len(token)

    def value(self):
        self.skip()
        match self.text[self.at:self.at + 1]:
            case "{":
                return self.container("{", "}", self.pair, dict)
            case "[":
                return self.container("[", "]", self.value, list)
            case '"':
                return self.string()
            case "t" | "f" | "n":
                for word, value in (("true", True), ("false", False), ("null", None)):
                    if self.text.startswith(word, self.at):
                        self.at += len(word)
                        return value
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "+-.eE0123456789":
            self.at += 1
        if start == self.at:
            raise ParseError(f"no value at {start}")
        word = self.text[start:self.at]
        return float(word) if set(word) & set(".eE") else int(word)

    def container(self, opening, closing, item, kind):
        self.expect(opening)
        items = []
        self.skip()
        while not self.text.startswith(closing, self.at):
            items.append(item())
            self.skip()
            if not self.text.startswith(closing, self.at):
                self.expect(",")
        self.expect(closing)
        return kind(items)

    def pair(self):
        self.skip()
        key = self.string()
        self.skip()
        self.expect(":")
        return key, self.value()

    def string(self):
        self.expect('"')
        out = []
        while self.text[self.at] != '"':
            if self.text[self.at] == "\\":
                self.at += 1
                letter = self.text[self.at]
                if letter == "u":
                    out.append(chr(int(self.text[self.at + 1:self.at + 5], 16)))
                    self.at += 4
                else:
                    out.append({"n": "\n", "t": "\t"}.get(letter, letter))
            else:
                out.append(self.text[self.at])
            self.at += 1
        self.at += 1
        return "".join(out)


import json

samples = ['{"a": [1, -2.5e3, true, null], "b": {"c": "x\\n\\u00e9"}}', "[]", ' "s" ', "[1, [2, [3]]]"]
for sample in samples:
    value = Parser(sample).value()
    print(value, value == json.loads(sample))
for bad in ("[1 2]", "{1: 2}", "?"):
    try:
        Parser(bad).value()
    except ParseError as error:
        print(error)
