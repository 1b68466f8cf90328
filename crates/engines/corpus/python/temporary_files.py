import os
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.txt")
    with open(path, "w") as file:
        file.write("data")
    print(os.path.getsize(path))
print(os.path.exists(path))
with tempfile.NamedTemporaryFile("w+", suffix=".csv", delete=True) as file:
    file.write("a,b\n")
    file.flush()
    print(file.name.endswith(".csv"), open(file.name).read())
print(len(tempfile.mkdtemp(dir=".")) > 3, os.getcwd() == os.path.realpath("."))
