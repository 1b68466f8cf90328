import asyncio
import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor

who = contextvars.ContextVar("who", default="nobody")


def block(seconds, name):
    time.sleep(seconds)
    return f"{name} for {who.get()} on {threading.current_thread().name.split('_')[0]}"


async def beat(beats):
    for _ in range(3):
        beats.append("beat")
        await asyncio.sleep(0.01)


async def main():
    beats = []
    who.set("main")
    began = time.monotonic()
    results = await asyncio.gather(asyncio.to_thread(block, 0.6, "one"), asyncio.to_thread(block, 0.6, "two"), beat(beats))
    print(results, beats, time.monotonic() - began < 1.15)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="own") as pool:
        print(await asyncio.gather(*(loop.run_in_executor(pool, block, 0.01, name) for name in "ab")))
    try:
        await asyncio.wait_for(asyncio.to_thread(block, 0.1, "late"), 0.01)
    except TimeoutError:
        print("too late")
    done, pending = await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(block, seconds, "x")) for seconds in (0.01, 0.3)],
                                       return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    for task in pending:
        await task
    event = asyncio.Event()
    threading.Timer(0.01, loop.call_soon_threadsafe, (event.set,)).start()
    await event.wait()
    print("woken by a timer")


asyncio.run(main())


def in_a_thread(found):
    async def nested():
        await asyncio.sleep(0.001)
        return "a loop of its own"

    found.append(asyncio.run(nested()))


found = []
thread = threading.Thread(target=in_a_thread, args=(found,))
thread.start()
thread.join()
print(found)
loop = asyncio.new_event_loop()
runner = threading.Thread(target=loop.run_forever, daemon=True)
runner.start()


async def answer(n):
    await asyncio.sleep(0.001)
    return n * 2


print([asyncio.run_coroutine_threadsafe(answer(n), loop).result(5) for n in range(3)])
loop.call_soon_threadsafe(loop.stop)
runner.join()
loop.close()
print(runner.is_alive(), loop.is_closed())
