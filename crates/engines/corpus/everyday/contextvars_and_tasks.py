import asyncio
import contextvars

request = contextvars.ContextVar("request", default="none")


async def handle(name):
    token = request.set(name)
    await asyncio.sleep(0.001)
    inside = request.get()
    request.reset(token)
    return inside, request.get()


async def main():
    print(await asyncio.gather(*(handle(name) for name in "abc")))
    print(request.get())
    context = contextvars.copy_context()
    context.run(request.set, "in the copy")
    print(context[request], request.get())
    queue = asyncio.Queue(maxsize=2)

    async def produce():
        for n in range(5):
            await queue.put(n)
        await queue.put(None)

    async def consume():
        seen = []
        while (item := await queue.get()) is not None:
            seen.append(item)
        return seen

    _, seen = await asyncio.gather(produce(), consume())
    print(seen)
    lock, order = asyncio.Lock(), []

    async def enter(n):
        async with lock:
            order.append(f"in {n}")
            await asyncio.sleep(0)
            order.append(f"out {n}")

    await asyncio.gather(enter(1), enter(2))
    print(order)


asyncio.run(main())
