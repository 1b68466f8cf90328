import asyncio
import random
async def fetch(number, gate, log):
    async with gate:
        log.append(("start", number))
        await asyncio.sleep(0.001 * (number % 3))
        log.append(("end", number))
        if number == 4:
            raise ValueError(f"page {number} is missing")
        return number * 10
async def main():
    gate, log = asyncio.Semaphore(2), []
    results = await asyncio.gather(*(fetch(n, gate, log) for n in range(6)), return_exceptions=True)
    print([repr(result) if isinstance(result, Exception) else result for result in results])
    running = most = 0
    for what, _ in log:
        running += 1 if what == "start" else -1
        most = max(most, running)
    print("at once:", most, "log:", len(log))
    tasks = [asyncio.create_task(asyncio.sleep(delay, delay)) for delay in (0.03, 0.01, 0.02)]
    print([await done for done in asyncio.as_completed(tasks)])
    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(d)) for d in (0, 5)], timeout=0.01)
    print(len(done), len(pending))
    for task in pending:
        task.cancel()
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
    except TimeoutError:
        print("too slow")
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(0.001, future.set_result, "later")
    print(await future, await asyncio.to_thread(sum, [1, 2, 3]))
asyncio.run(main())
