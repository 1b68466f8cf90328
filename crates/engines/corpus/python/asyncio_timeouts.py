import asyncio
import contextlib


async def slow():
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def numbers():
    for n in range(3):
        yield n
        await asyncio.sleep(0)


async def main():
    try:
        await asyncio.wait_for(slow(), 0.01)
    except asyncio.TimeoutError as error:
        print("timeout", type(error).__name__)
    try:
        async with asyncio.timeout(0.01):
            await slow()
    except TimeoutError:
        print("second timeout")
    print([n async for n in numbers()])
    task = asyncio.create_task(slow(), name="sleeper")
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    print(task.cancelled(), task.get_name())
    process = await asyncio.create_subprocess_exec("echo", "from a child", stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    print(out, process.returncode)


asyncio.run(main())
