from dataclasses import dataclass, field
from enum import IntEnum, auto


class Op(IntEnum):
    PUSH = auto()
    ADD = auto()
    MUL = auto()
    DUP = auto()
    SWAP = auto()
    JNZ = auto()
    PRINT = auto()
    HALT = auto()


class MachineError(RuntimeError):
    pass


@dataclass
class Machine:
    program: list
    stack: list = field(default_factory=list)
    at: int = 0
    steps: int = 0
    printed: list = field(default_factory=list)

    def run(self, limit=1000):
        while True:
            if self.steps >= limit:
                raise MachineError(f"more than {limit} steps")
            self.steps += 1
            op, *rest = self.program[self.at]
            self.at += 1
            try:
                if getattr(self, "op_" + Op(op).name.lower())(*rest) is False:
                    return self.printed
            except IndexError:
                raise MachineError(f"stack empty at {self.at - 1} ({Op(op).name})") from None

    def op_push(self, value):
        self.stack.append(value)

    def op_add(self):
        self.stack.append(self.stack.pop() + self.stack.pop())

    def op_mul(self):
        self.stack.append(self.stack.pop() * self.stack.pop())

    def op_dup(self):
        self.stack.append(self.stack[-1])

    def op_swap(self):
        self.stack[-1], self.stack[-2] = self.stack[-2], self.stack[-1]

    def op_jnz(self, target):
        if self.stack[-1]:
            self.at = target

    def op_print(self):
        self.printed.append(self.stack.pop())

    def op_halt(self):
        return False


def assemble(text):
    labels, lines = {}, []
    for line in text.strip().splitlines():
        line = line.split(";")[0].strip()
        if line.endswith(":"):
            labels[line[:-1]] = len(lines)
        elif line:
            lines.append(line.split())
    return [(Op[word.upper()], *(labels.get(a, a) if a in labels else int(a) for a in rest)) for word, *rest in lines]


countdown = assemble("""
    push 3
again:
    dup
    print        ; shows the counter
    push -1
    add
    jnz again
    halt
""")
print(Machine(countdown).run(), countdown[1], Machine(assemble("push 6\npush 7\nmul\nprint\nhalt")).run())
for text in ("add", "loop:\npush 1\njnz loop", "push x"):
    try:
        print(Machine(assemble(text)).run(50))
    except (MachineError, ValueError) as error:
        print(type(error).__name__, error)
print(Machine([(Op.HALT,)]), list(Op)[:2], Op.PUSH < Op.ADD, f"{Op.MUL!r} {Op.MUL:02d}")
