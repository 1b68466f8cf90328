import asyncio
async def worker(name, queue, results):
    while True:
        item = await queue.get()
        await asyncio.sleep(0.001 * item)
        results.append((item, item ** 2))
        queue.task_done()
async def main():
    queue, results = asyncio.Queue(), []
    for item in range(5):
        queue.put_nowait(item)
    workers = [asyncio.create_task(worker(n, queue, results)) for n in range(2)]
    await queue.join()
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    print(sorted(results))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except asyncio.TimeoutError:
        print("timed out")
asyncio.run(main())
