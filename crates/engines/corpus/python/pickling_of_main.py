import copy
import pickle
from dataclasses import dataclass
from enum import Enum


class Mood(Enum):
    GOOD = 1


@dataclass
class Person:
    name: str
    mood: Mood = Mood.GOOD


class Counter:
    def __init__(self):
        self.count, self.secret = 0, object()

    def __getstate__(self):
        return {"count": self.count}


people = [Person("Ada"), Person("Bob")]
data = pickle.dumps(people)
print(pickle.loads(data) == people, b"__main__" in data, pickle.loads(pickle.dumps(Mood.GOOD)) is Mood.GOOD)
again = copy.deepcopy(Counter())
print(vars(again))
with open("people.pkl", "wb") as file:
    pickle.dump({"people": people, "f": len}, file)
print(pickle.load(open("people.pkl", "rb"))["people"][1].name)
try:
    pickle.dumps(lambda: 1)
except (pickle.PicklingError, AttributeError) as error:
    print(type(error).__name__, str(error).split(" at ")[0])
