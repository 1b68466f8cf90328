import cmd
import io
import shlex


class Shop(cmd.Cmd):
    prompt = "> "
    intro = "Welcome."

    def __init__(self, **streams):
        super().__init__(**streams)
        self.use_rawinput = False
        self.basket = {}

    def do_add(self, line):
        """add NAME COUNT: puts something into the basket"""
        name, count = shlex.split(line)
        self.basket[name] = self.basket.get(name, 0) + int(count)
        self.stdout.write(f"{name}: {self.basket[name]}\n")

    def do_total(self, line):
        self.stdout.write(f"{sum(self.basket.values())} things\n")

    def do_quit(self, line):
        return True

    def default(self, line):
        self.stdout.write(f"unknown: {line}\n")


out = io.StringIO()
Shop(stdin=io.StringIO("add 'red apple' 2\nadd pear 1\nfly\nhelp add\ntotal\nquit\n"), stdout=out).cmdloop()
print(out.getvalue())
print(shlex.split("a 'b c' \"d e\" f\\ g"), shlex.quote("it's"), shlex.join(["x y", "z"]))
