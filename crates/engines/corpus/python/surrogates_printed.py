import os

os.mkdir("d")
open(b"d/\xff.txt", "w").close()
print(os.listdir("d"), os.fsencode(os.listdir("d")[0]))
print(os.listdir("d")[0])
print("\ud800")
