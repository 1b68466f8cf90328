program = "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+."
def run(code, cells=300, steps=1_000_000):
    jumps, stack = {}, []
    for i, c in enumerate(code):
        if c == "[": stack.append(i)
        elif c == "]": jumps[i] = j = stack.pop(); jumps[j] = i
    tape, at, pc, out = [0] * cells, 0, 0, []
    while pc < len(code) and steps:
        match code[pc]:
            case ">": at += 1
            case "<": at -= 1
            case "+": tape[at] = (tape[at] + 1) % 256
            case "-": tape[at] = (tape[at] - 1) % 256
            case ".": out.append(chr(tape[at]))
            case "[" if not tape[at]: pc = jumps[pc]
            case "]" if tape[at]: pc = jumps[pc]
        pc += 1
        steps -= 1
    return "".join(out)
print(run(program))
def stack_machine(text):
    stack, names = [], {}
    for word in text.split():
        match word.split(":"):
            case [("+" | "-" | "*" | "/") as op]:
                b, a = stack.pop(), stack.pop()
                stack.append({"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else float("nan")}[op])
            case ["set", name]: names[name] = stack.pop()
            case ["get", name]: stack.append(names[name])
            case ["dup"]: stack.append(stack[-1])
            case [number]: stack.append(float(number))
    return stack
print(stack_machine("3 4 + dup * set:x get:x 2 / 1 0 /"))
class Light:
    states = {"red": ("green", 3), "green": ("yellow", 2), "yellow": ("red", 1)}
    def __init__(self): self.state, self.left = "red", 3
    def tick(self):
        self.left -= 1
        if not self.left: self.state, self.left = self.states[self.state]
        return self.state
light = Light()
print([light.tick() for _ in range(8)])
def describe(shape):
    match shape:
        case {"kind": "circle", "r": r}: return f"circle {r}"
        case {"kind": "rect", "w": w, "h": h} if w == h: return f"square {w}"
        case {"kind": "rect", **rest}: return f"rect {sorted(rest.items())}"
        case [x, y, *_]: return f"from {x} to {y}"
        case str() | None: return "text or nothing"
        case int(n) if n > 10: return "large"
        case _: return "unknown"
print([describe(s) for s in ({"kind": "circle", "r": 2}, {"kind": "rect", "w": 1, "h": 1}, {"kind": "rect", "w": 1, "h": 2}, [1, 2, 3], "x", None, 11, 5.0)])
