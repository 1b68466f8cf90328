import re


class Config:
    def __init__(self, text):
        self.text = text

    def port(self):
        return int(re.search(r"port=(\d+)", self.text).group(1))


print(Config("port=80").port())
print(Config("host=x").port())
