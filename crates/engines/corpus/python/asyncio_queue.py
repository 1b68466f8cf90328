import asyncio


async def producer(queue, count):
    for number in range(count):
        await queue.put(number)
    await queue.put(None)


async def consumer(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
        queue.task_done()
    return total


async def main():
    queue = asyncio.Queue(maxsize=2)
    _, total = await asyncio.gather(producer(queue, 10), consumer(queue))
    print("total", total)
    gate, lock = asyncio.Semaphore(2), asyncio.Lock()
    log = []

    async def worker(n):
        async with gate:
            async with lock:
                log.append(n)
            await asyncio.sleep(0)

    await asyncio.gather(*(worker(n) for n in range(5)))
    print(log)


if __name__ == "__main__":
    asyncio.run(main())
