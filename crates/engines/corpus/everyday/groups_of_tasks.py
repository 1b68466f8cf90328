import asyncio
async def work(name, delay, fails=None):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(name, "was cancelled")
        raise
    if fails:
        raise fails
    print(name, "is done")
    return name
async def main():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(work("a", 0.05))
        second = group.create_task(work("b", 0.01))
    print(first.result(), second.result())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work("c", 10))
            group.create_task(work("d", 0.001, KeyError("d")))
    except* KeyError as errors:
        print("keys:", errors.exceptions)
    try:
        async with asyncio.timeout(0.005):
            await work("e", 10)
    except TimeoutError:
        print("timed out")
    lock, order = asyncio.Lock(), []
    async def one(n):
        async with lock:
            order.append(n)
            await asyncio.sleep(0)
            order.append(n)
    await asyncio.gather(*map(one, range(3)))
    print(order)
    go = asyncio.Event()
    async def late():
        await go.wait()
        print("done in the end")
    shielded = asyncio.create_task(late())
    try:
        await asyncio.wait_for(asyncio.shield(shielded), 0.001)
    except TimeoutError:
        print("went on without")
    go.set()
    await shielded
    class Ticker:
        def __init__(self, n): self.n = n
        def __aiter__(self): return self
        async def __anext__(self):
            if not self.n:
                raise StopAsyncIteration
            self.n -= 1
            return self.n
        async def __aenter__(self): return self
        async def __aexit__(self, *details): print("closed")
    async with Ticker(3) as ticker:
        print([n async for n in ticker])
asyncio.run(main())
try:
    raise ExceptionGroup("both", [ValueError(1), ExceptionGroup("inner", [TypeError(2)])])
except* TypeError as group:
    print("types", group.exceptions[0].exceptions)
except* ValueError as group:
    print("values", group.exceptions)
