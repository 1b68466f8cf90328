import asyncio
import sys


async def run(code):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode, out.decode().strip(), err.decode().strip().splitlines()[-1:]


async def main():
    results = await asyncio.gather(run("print(2 ** 10)"), run("import sys; sys.exit('stop')"), run("1/0"))
    for result in results:
        print(result)
    process = await asyncio.create_subprocess_shell("cat | sort", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(b"b\na\nc\n")
    print(out)


asyncio.run(main())
