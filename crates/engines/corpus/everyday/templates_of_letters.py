from string import Template, Formatter, ascii_lowercase, capwords
letter = Template("Dear $name,\nyou owe us $$${amount} since ${when}.\n$missing")
print(letter.safe_substitute(name="Ms. Ng", amount="12.50", when="May"))
try:
    letter.substitute(name="x")
except KeyError as error:
    print("missing", error)
class Shouting(Formatter):
    def convert_field(self, value, conversion):
        return str(value).upper() if conversion == "u" else super().convert_field(value, conversion)
print(Shouting().format("{0!u} {name!r:>8} {1:.2f}", "hey", 2, name="x"))
print([part for part in Formatter().parse("a {b!r:>{w}} {{c}}")])
print(capwords("the quick  brown fox"), ascii_lowercase[::5], "{:%Y}".format(__import__("datetime").date(2024, 5, 1)))
print("%-8s|%+05d|%#x|%e|%5.1f%%" % ("left", 42, 255, 12345.678, 99.5))
print("{0.real} {0.imag} {1[2]} {2[key]}".format(3 + 4j, [1, 2, 3], {"key": "v"}), "|{:^9}|{:*<6}|{:=+7}|".format("mid", "x", 5))
