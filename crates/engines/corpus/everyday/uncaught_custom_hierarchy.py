class AppError(Exception):
    code = 1


class NotFound(AppError):
    code = 44

    def __init__(self, what):
        super().__init__(what)
        self.what = what

    def __str__(self):
        return f"{self.what} was not found (code {self.code})"


def load(name):
    try:
        return {"a": 1}[name]
    except KeyError:
        raise NotFound(name)


print(load("a"))
load("b")
