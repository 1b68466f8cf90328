"""A person at a real client: `ask.py BINARY UPSTREAMS`, by an interpreter that has the Python SDK. Use `.ci/tools`.

The client answers forms. A program calls a tool that the configuration lets nobody call without a word, and the tools of
server-everything that ask: for a form, which goes to the person, and for a model, which is refused.
"""

import json
import os
import sys
import tempfile

import anyio
from mcp import ClientSession, types
from mcp.client.stdio import StdioServerParameters, stdio_client

PROGRAM = """
print(everything.echo(message="approved"))
try:
    everything.get_sum(a=1, b=2)
except ToolError as error:
    print(error.code)
names = [name for name in dir(everything) if name.startswith("trigger_")]
print(names)
print("Ada" in str(everything.trigger_elicitation_request()))
"""
EXPECTED = "Echo: approved\napproval_refused\n['trigger_elicitation_request', 'trigger_long_running_operation']\nTrue\n"


async def main(binary, upstreams):
    asked = []

    async def answer(_context, params):
        asked.append(params.message.split("\n")[0])
        if "get-sum" in params.message:
            return types.ElicitResult(action="decline")
        if params.message.startswith("A program wants"):
            return types.ElicitResult(action="accept", content={"answer": "once"})
        return types.ElicitResult(action="accept", content={"name": "Ada"})

    with tempfile.TemporaryDirectory() as home:
        everything = {"command": os.path.join(upstreams, "node_modules/.bin/mcp-server-everything"), "args": [],
                      "codemode": {"ask": ["echo", "get-sum"]}}
        configured = os.path.join(home, "servers.json")
        with open(configured, "w") as file:
            json.dump({"mcpServers": {"everything": everything}}, file)
        environment = dict(os.environ, CODEMODE_DATA=os.path.join(home, "data"), CODEMODE_CONFIG=os.path.join(home, "config.toml"))
        server = StdioServerParameters(command=binary, args=["serve", "--servers", configured], env=environment)
        async with stdio_client(server) as (read, write), ClientSession(read, write, elicitation_callback=answer) as session:
            await session.initialize()
            result = await session.call_tool("execute_code", {"code": PROGRAM})
    report = result.meta["codemode/report"]
    print("asked: " + "; ".join(asked))
    right = report["stdout"] == EXPECTED and asked[0] == 'A program wants to call everything.echo with {"message":"approved"}'
    print("%s a person approves, refuses and answers" % ("ok    " if right else "FAILED"))
    if not right:
        print(json.dumps(report, indent=1))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(anyio.run(main, *sys.argv[1:]))
