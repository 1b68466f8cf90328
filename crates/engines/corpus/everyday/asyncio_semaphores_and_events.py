import asyncio


async def worker(name, gate, busy, log):
    async with gate:
        busy.append(name)
        log.append(len(busy))
        await asyncio.sleep(0.002)
        busy.remove(name)
    return name


async def main():
    gate, busy, log = asyncio.Semaphore(2), [], []
    names = await asyncio.gather(*(worker(n, gate, busy, log) for n in range(5)))
    print(names, max(log))
    event = asyncio.Event()

    async def waiter(n):
        await event.wait()
        return n

    tasks = [asyncio.create_task(waiter(n), name=f"waiter {n}") for n in range(3)]
    await asyncio.sleep(0)
    print([task.done() for task in tasks])
    event.set()
    done, pending = await asyncio.wait(tasks)
    print(sorted(task.result() for task in done), pending)
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError:
        print("timed out")
    results = await asyncio.gather(asyncio.sleep(0, "fine"), asyncio.to_thread(sum, [1, 2]), return_exceptions=True)
    print(results)
    condition = asyncio.Condition()
    ready = []

    async def wait_for_ready():
        async with condition:
            await condition.wait_for(lambda: ready)
            print("ready", ready)

    task = asyncio.create_task(wait_for_ready())
    await asyncio.sleep(0)
    async with condition:
        ready.append(1)
        condition.notify_all()
    await task
    async for n in ticker(3):
        print("tick", n)


async def ticker(count):
    for n in range(count):
        yield n
        await asyncio.sleep(0)


asyncio.run(main())
