import asyncio


def fail_many():
    raise ExceptionGroup("several", [ValueError("bad value"), ExceptionGroup("inner", [KeyError("k"), TypeError("t")])])


try:
    fail_many()
except* ValueError as group:
    print("values", [str(e) for e in group.exceptions])
except* (KeyError, TypeError) as group:
    print("others", group.exceptions[0].message, len(group.exceptions[0].exceptions))


async def boom(n):
    await asyncio.sleep(0)
    if n % 2:
        raise RuntimeError(f"task {n}")
    return n


async def main():
    try:
        async with asyncio.TaskGroup() as tasks:
            started = [tasks.create_task(boom(n)) for n in range(4)]
    except* RuntimeError as group:
        print(sorted(str(e) for e in group.exceptions), [t.cancelled() for t in started])


asyncio.run(main())
error = ValueError("with notes")
error.add_note("first note")
error.add_note("second note")
print(error.__notes__)
group = ExceptionGroup("g", [OSError(2, "No such file"), ValueError(1)])
match, rest = group.split(OSError)
print(repr(match), repr(rest), group.derive([KeyError(1)]))
raise error
