import asyncio


async def fetch(name, delay):
    await asyncio.sleep(delay)
    if name == "bad":
        raise ValueError(f"no {name}")
    return name.upper()


async def main():
    print(await asyncio.gather(fetch("a", 0.02), fetch("b", 0.01)))
    results = await asyncio.gather(fetch("a", 0), fetch("bad", 0), return_exceptions=True)
    print(results)
    done, pending = await asyncio.wait([asyncio.create_task(fetch("x", 0))])
    print(len(done), len(pending))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(n, 0)) for n in "pq"]
    print([task.result() for task in tasks])


asyncio.run(main())
