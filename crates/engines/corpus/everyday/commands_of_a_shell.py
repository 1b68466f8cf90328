import os
import subprocess


def shell(line):
    done = subprocess.run(line, shell=True, capture_output=True, text=True)
    print(line, "->", done.returncode, repr(done.stdout), repr(done.stderr))


os.makedirs("data/deep", exist_ok=True)
with open("data/fruits.txt", "w") as file:
    file.write("pear\napple\nfig\napple\ncherry\n")
shell("sort data/fruits.txt | uniq -c | sort -rn | head -1")
shell("cat data/fruits.txt | wc -l")
shell("grep -n apple data/fruits.txt")
shell("grep -c plum data/fruits.txt")
shell("head -n 2 data/fruits.txt && tail -n 1 data/fruits.txt")
shell("echo one > data/deep/a.txt; echo two >> data/deep/a.txt; cat data/deep/a.txt")
shell("cat missing.txt || echo 'not there'")
shell("NAME=world; echo \"hello $NAME\" '$NAME'")
shell("cd data/deep && ls")
shell("exit 3")
shell("printf '%s=%d\\n' a 1 b 2")
shell("tr a-z A-Z < data/fruits.txt | cut -c1-3 | tail -2")
print(sorted(os.listdir("data")), os.path.getsize("data/deep/a.txt"))
