import contextlib
import io
import json
import pathlib
import random
import sys

QUESTIONS = json.loads("""[
  {"q": "2 + 2?", "a": ["3", "4", "5"], "right": 1, "points": 1},
  {"q": "Capital of Norway?", "a": ["Oslo", "Bergen"], "right": 0, "points": 2},
  {"q": "Largest planet?", "a": ["Mars", "Jupiter", "Venus"], "right": 1, "points": 3}
]""")


def ask(question, number):
    print(f"{number}. {question['q']}")
    for letter, answer in zip("abc", question["a"]):
        print(f"   {letter}) {answer}")
    while True:
        reply = input("> ").strip().lower()
        if reply in "abc"[: len(question["a"])] and reply:
            break
        print("Please answer with a letter.")
    if "abc".index(reply) == question["right"]:
        print("Right!")
        return question["points"]
    print(f"No, it is {question['a'][question['right']]}.")
    return 0


def play(replies):
    sys.stdin = io.StringIO("\n".join(replies) + "\n")
    try:
        return sum(ask(question, number) for number, question in enumerate(QUESTIONS, 1))
    finally:
        sys.stdin = sys.__stdin__


scores = {"anna": play(["b", "a", "b"]), "bob": play(["x", "", "a", "a", "c"])}
path = pathlib.Path("scores.json")
path.write_text(json.dumps(scores))
for place, (name, score) in enumerate(sorted(json.loads(path.read_text()).items(), key=lambda item: -item[1]), 1):
    print(f"{place}. {name:<6}{score:>3} {'*' * score}")
try:
    play(["a"])
except EOFError as error:
    print("EOFError:", error)
with contextlib.redirect_stderr(io.StringIO()) as heard:
    print("aside", file=sys.stderr)
print(repr(heard.getvalue()), sys.stdin is sys.__stdin__)
rng = random.Random("seed")
bag = [letter for letter, count in {"e": 3, "a": 2, "z": 1}.items() for _ in range(count)]
rng.shuffle(bag)
print(bag, rng.sample(sorted(set(bag)), 2), rng.gauss(0, 1) < 9, rng.randint(1, 6), rng.choice(range(10)))
