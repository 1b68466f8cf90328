import asyncio


async def fetch(n):
    await asyncio.sleep(0)
    if n == 2:
        raise LookupError(f"item {n}")
    return n


async def main():
    results = await asyncio.gather(*(fetch(n) for n in range(4)), return_exceptions=True)
    print(results)
    for n in range(4):
        print(await fetch(n))


try:
    asyncio.run(main())
except LookupError as error:
    print("caught", error)
