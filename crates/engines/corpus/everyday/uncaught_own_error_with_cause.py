class ConfigError(Exception):
    """The settings cannot be used."""


def load(text):
    try:
        return dict(line.split("=") for line in text.splitlines())
    except ValueError as error:
        raise ConfigError("a line has no value") from error


print(load("a=1\nb=2"))
load("a=1\nbroken")
