"""Top-level await works, and waiting in parallel costs as much as the longest wait."""

import asyncio


async def fetch(name, seconds):
    await asyncio.sleep(seconds)
    return f"{name} answered"


for answer in await asyncio.gather(fetch("first", 0.02), fetch("second", 0.01)):
    print(answer)
