"""Runs real clients against a codemode binary: `main.py BINARY FOLDER [ENGINE]`. Use `.ci/clients`, which installs them."""

import sys
import tempfile
import traceback

import anyio

import artifacts
import claude
import inspector
import predecessors
import sdk


class Count:
    """Checks that passed and failed."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def of(self, client):
        async def check(name, run):
            try:
                await run()
            except Exception:
                self.failed += 1
                print("FAILED %s: %s\n%s" % (client, name, traceback.format_exc()))
            else:
                self.passed += 1
                print("ok %s: %s" % (client, name))

        return check


async def main(binary, folder, engine="direct"):
    count = Count()
    for mode, version in sdk.VERSIONS.items():
        with tempfile.TemporaryDirectory() as home:
            await sdk.checks(mode, binary, engine, home, count.of("python sdk %s" % version))
    with tempfile.TemporaryDirectory() as home:
        await inspector.checks(folder, binary, engine, home, count.of("inspector"))
    with tempfile.TemporaryDirectory() as home:
        await claude.checks(folder, binary, engine, home, count.of("claude code"))
    with tempfile.TemporaryDirectory() as home:
        await predecessors.checks(binary, home, count.of("predecessors"))
    with tempfile.TemporaryDirectory() as home:
        of_sdk, of_claude = count.of("python sdk, jail"), count.of("claude code, jail")
        await artifacts.checks(folder, binary, home, of_sdk, of_claude)
    print("%d passed, %d failed" % (count.passed, count.failed))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main, *sys.argv[1:]))
