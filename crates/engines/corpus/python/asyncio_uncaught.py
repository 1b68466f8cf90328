import asyncio


async def inner():
    await asyncio.sleep(0)
    raise LookupError("deep inside")


async def main():
    await inner()


asyncio.run(main())
