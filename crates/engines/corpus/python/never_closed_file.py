log = open("log.txt", "w")
log.write("written, never closed\n")


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)


kept = Loud("kept to the end")
Loud("dropped at once")
print("end")
