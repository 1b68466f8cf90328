def describe(person):
    return "Name: " + person["name"] + ", age: " + person["age"]
people = [{"name": "Ann", "age": "30"}, {"name": "Bob", "age": 41}]
for person in people:
    print(describe(person))
