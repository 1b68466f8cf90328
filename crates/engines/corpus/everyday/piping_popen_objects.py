import subprocess
import sys

first = subprocess.Popen(["printf", "3\\n1\\n2\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
first.stdout.close()
print(second.communicate()[0].split(), second.returncode)
with subprocess.Popen([sys.executable, "-c", "for i in range(3): print('line', i)"], stdout=subprocess.PIPE, text=True) as process:
    for line in process.stdout:
        print("got", line.rstrip())
print(process.returncode)
process = subprocess.Popen(["sleep", "60"])
print(process.poll())
process.terminate()
print(process.wait())
with open("out.txt", "w") as file:
    subprocess.run(["echo", "into a file"], stdout=file, check=True)
print(open("out.txt").read())
print(subprocess.getoutput("echo hi"), subprocess.getstatusoutput("false"))
print(subprocess.call(["true"]), subprocess.run(["cat"], input=b"bytes", capture_output=True).stdout)
