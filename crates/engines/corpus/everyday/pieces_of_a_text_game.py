import random
import textwrap

random.seed(7)
ROOMS = {
    "hall": {"north": "library", "east": "kitchen", "text": "A cold hall with two doors."},
    "library": {"south": "hall", "text": "Dust and books.", "item": "lamp"},
    "kitchen": {"west": "hall", "text": "Something smells good.", "item": "bread"},
}


class Game:
    def __init__(self):
        self.place, self.bag, self.moves = "hall", [], 0

    def do(self, line):
        verb, _, rest = line.strip().lower().partition(" ")
        action = getattr(self, f"do_{verb}", None)
        self.moves += 1
        return action(rest) if action else f"I do not know how to {verb!r}."

    def do_go(self, where):
        target = ROOMS[self.place].get(where)
        if target not in ROOMS:
            return "You bump into a wall."
        self.place = target
        return self.do_look("")

    def do_look(self, _):
        room = ROOMS[self.place]
        exits = ", ".join(k for k, v in room.items() if v in ROOMS)
        item = f" There is a {room['item']}." if "item" in room else ""
        return textwrap.fill(f"{room['text']}{item} Exits: {exits}.", 50)

    def do_take(self, what):
        if ROOMS[self.place].get("item") != what:
            return "Nothing like that here."
        self.bag.append(ROOMS[self.place].pop("item"))
        return f"Taken: {what}."

    def do_roll(self, dice):
        count, _, sides = dice.partition("d")
        rolls = [random.randint(1, int(sides)) for _ in range(int(count))]
        return f"{rolls} = {sum(rolls)}"


game = Game()
for line in ("look", "go north", "take lamp", "take lamp", "go up", "dance wildly", "go south", "go east", "take bread", "roll 3d6"):
    print(">", line)
    print(game.do(line))
print(game.bag, game.moves, random.sample(range(100), 5), random.choice("abc"), round(random.uniform(1, 2), 6), random.shuffle(l := [1, 2, 3, 4]), l)
print(random.choices(["x", "y"], weights=[9, 1], k=5), random.getrandbits(16), random.triangular(0, 1, 0.5) < 1, random.Random(1).random())
