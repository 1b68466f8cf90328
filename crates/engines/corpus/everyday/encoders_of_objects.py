import dataclasses
import datetime
import decimal
import enum
import json
import pathlib
import uuid


class Kind(enum.Enum):
    BOOK = "book"


@dataclasses.dataclass
class Item:
    name: str
    kind: Kind
    price: decimal.Decimal
    tags: set = dataclasses.field(default_factory=set)
    added: datetime.date = datetime.date(2024, 5, 17)


class Encoder(json.JSONEncoder):
    def default(self, value):
        if dataclasses.is_dataclass(value):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if isinstance(value, (set, frozenset)):
            return sorted(value)
        if isinstance(value, enum.Enum):
            return value.value
        if isinstance(value, (decimal.Decimal, datetime.date, uuid.UUID, pathlib.PurePath)):
            return str(value)
        return super().default(value)


item = Item("Dune", Kind.BOOK, decimal.Decimal("9.90"), {"b", "a"})
text = json.dumps(item, cls=Encoder, indent=1)
print(text)
back = json.loads(text, parse_float=decimal.Decimal, object_hook=lambda d: Item(**{**d, "kind": Kind(d["kind"])}) if "kind" in d else d)
print(back.kind, back.price, dataclasses.replace(item, name="Emma").name, dataclasses.asdict(item)["tags"] is item.tags)
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.UUID(int=5), json.dumps({1: None, True: "x", None: 2}))
try:
    json.dumps({"f": object})
except TypeError as error:
    print(error)
try:
    json.dumps({(1, 2): 3})
except TypeError as error:
    print(error)
loop = []
loop.append(loop)
try:
    json.dumps(loop)
except ValueError as error:
    print(error)
