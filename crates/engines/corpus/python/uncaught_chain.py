class ConfigError(Exception):
    pass


def load(text):
    try:
        return int(text)
    except ValueError as error:
        raise ConfigError(f"bad value {text!r}") from error


def main():
    try:
        load("x1")
    except ConfigError:
        return {}["fallback"]


main()
