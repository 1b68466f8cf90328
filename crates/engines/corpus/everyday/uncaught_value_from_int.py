def parse(lines):
    for number, line in enumerate(lines, 1):
        try:
            yield int(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {line!r}") from error


print(sum(parse(["1", "2"])))
print(sum(parse(["1", "two"])))
