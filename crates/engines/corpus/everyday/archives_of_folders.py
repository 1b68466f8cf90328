import io
import os
import shutil
import tarfile
import zipfile

os.makedirs("project/src")
for name, text in {"project/readme.md": "# hi\n", "project/src/a.py": "print(1)\n", "project/src/b.py": "print(2)\n" * 50}.items():
    with open(name, "w") as file:
        file.write(text)
with zipfile.ZipFile("project.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for folder, _, files in sorted(os.walk("project")):
        for name in sorted(files):
            archive.write(os.path.join(folder, name))
with zipfile.ZipFile("project.zip") as archive:
    for info in archive.infolist():
        print(info.filename, info.file_size, info.compress_size < 50)
    print(archive.read("project/readme.md"), archive.testzip())
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
    archive.add("project", arcname="copy")
buffer.seek(0)
with tarfile.open(fileobj=buffer) as archive:
    print(sorted(archive.getnames()))
    archive.extractall("out", filter="data")
print(sorted(os.listdir("out/copy/src")), open("out/copy/readme.md").read())
print(os.path.basename(shutil.make_archive("again", "zip", "project")), sorted(zipfile.ZipFile("again.zip").namelist()))
shutil.rmtree("out")
print(os.path.exists("out"), shutil.copytree("project", "clone"), sorted(os.listdir("clone")))
