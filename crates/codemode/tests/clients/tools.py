"""Programs that call real MCP servers: `tools.py BINARY FOLDER`. Use `.ci/tools`, which installs the servers into FOLDER.

Each row is a program with what it has to print, on each engine: one that works across servers, then every way to call a tool
in every language, then what goes wrong.
"""

import json
import os
import subprocess
import sys
import tempfile

# Where the programs run. Calls of tools are no network of the program's: they pass without one.
PLACES = {
    "jail": ["--engine", "jail"],
    "jail without a network": ["--engine", "jail", "--set", "network.mode=none"],
    "direct": ["--engine", "direct"],
}

ACROSS = """
import asyncio
text = filesystem.read_text_file(path=FOLDER + "/note.txt")["content"]
log = await git.git_log(repo_path=FOLDER)
noon, later = await asyncio.gather(
    time.convert_time(source_timezone="UTC", time="12:00", target_timezone="Asia/Tokyo"),
    time.convert_time(source_timezone="UTC", time="18:30", target_timezone="Asia/Kolkata"))
lines = [text, log.splitlines()[-1].strip() or log.strip().splitlines()[-1]]
lines += [moment["target"]["datetime"][11:] for moment in (noon, later)]
memory.create_entities(entities=[{"name": "summary", "entityType": "note", "observations": lines}])
found = memory.search_nodes("summary")["entities"][0]
filesystem.write_file(path=FOLDER + "/summary.txt", content="\\n".join(found["observations"]))
print(filesystem.read_text_file(path=FOLDER + "/summary.txt")["content"])
memory.delete_entities(entityNames=["summary"])
"""

STYLES = """
import asyncio, threading
print(everything.echo(message="plain"))
print(everything.echo("by position"))
print(await everything.echo(message="awaited"))
print(await asyncio.gather(*(everything.echo(message=str(n)) for n in range(3))))
print(tools.everything.echo(message="under tools"))
print(tools.call("sequential-thinking", "sequentialthinking",
                 {"thought": "t", "nextThoughtNeeded": False, "thoughtNumber": 1, "totalThoughts": 1})["thoughtNumber"])
said = []
threads = [threading.Thread(target=lambda n=n: said.append(everything.get_sum(a=n, b=1))) for n in range(4)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
print(sorted(said))
print("convert_time" in tools.search("time zone"), "message" in tools.describe("everything.echo"))
print([type(block).__name__ for block in everything.get_tiny_image()])
"""

MISTAKES = """
try:
    filesystem.read_text_file(path="/etc/shadow")
except ToolError as error:
    print(error.server, error.tool, "denied" in str(error))
try:
    await everything.echo(text="x")
except Exception as error:
    print(type(error).__name__, "message" in str(error))
try:
    fetch.fetch(url="http://127.0.0.1:9/")
except ToolError as error:
    print("fetch failed")
try:
    everything.no_such_tool()
except AttributeError as error:
    print("echo" in str(error))
try:
    everything.trigger_sampling_request(prompt="hi", maxTokens=10)
except AttributeError:
    print("a tool that asks for a model is not offered to a client that has none")
"""

JAVASCRIPT = """
console.log(await everything.echo({message: "awaited"}));
console.log(JSON.stringify(await Promise.all([1, 2, 3].map(a => everything.get_sum({a, b: 1})))));
console.log(await tools.everything.echo({message: "under tools"}));
const thought = {thought: "t", nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1};
console.log((await tools.call("sequential-thinking", "sequentialthinking", thought)).thoughtNumber);
console.log((await filesystem.read_text_file({path: FOLDER + "/note.txt"})).content);
try { await everything.echo({text: "x"}); } catch (error) { console.log(error.name, error.message.includes("message")); }
"""

BASH = """
tool everything.echo message=words
tool everything.echo '{"message": "json"}'
tool time.convert_time source_timezone=UTC time=12:00 target_timezone=Asia/Tokyo | grep -o '21:00:00'
tool filesystem.read_text_file path=$FOLDER/note.txt | grep -o 'from a file'
tool filesystem.read_text_file path=/etc/shadow 2>/dev/null || echo "failed with $?"
"""

ROWS = [
    ("one program across five servers", "python", ACROSS,
     "from a file\nMessage: the first\n21:00:00+09:00\n00:00:00+05:30\n"),
    ("every call style in python", "python", STYLES,
     "Echo: plain\nEcho: by position\nEcho: awaited\n['Echo: 0', 'Echo: 1', 'Echo: 2']\nEcho: under tools\n1\n"
     "['The sum of 0 and 1 is 1.', 'The sum of 1 and 1 is 2.', 'The sum of 2 and 1 is 3.', 'The sum of 3 and 1 is 4.']\n"
     "True True\n['str', 'Media', 'str']\n"),
    ("what goes wrong", "python", MISTAKES,
     "filesystem read_text_file True\nToolError True\nfetch failed\nTrue\n"
     "a tool that asks for a model is not offered to a client that has none\n"),
    ("every call style in javascript", "javascript", JAVASCRIPT,
     'Echo: awaited\n["The sum of 1 and 1 is 2.","The sum of 2 and 1 is 3.","The sum of 3 and 1 is 4."]\nEcho: under tools\n1\n'
     "from a file\nToolError true\n"),
    ("every call style in bash", "bash", BASH, "Echo: words\nEcho: json\n21:00:00\nfrom a file\nfailed with 1\n"),
]


def servers(installed, folder):
    """The configuration of seven servers over a folder."""
    npm = lambda name, *arguments: {"command": os.path.join(installed, "node_modules/.bin", name), "args": list(arguments)}
    python = lambda name, *arguments: {"command": os.path.join(installed, "python/bin", name), "args": list(arguments)}
    memory = npm("mcp-server-memory")
    memory["env"] = {"MEMORY_FILE_PATH": os.path.join(folder, ".git", "memory.jsonl")}
    return {"mcpServers": {
        "everything": npm("mcp-server-everything"),
        "fetch": python("mcp-server-fetch"),
        "filesystem": npm("mcp-server-filesystem", folder),
        "git": python("mcp-server-git", "-r", folder),
        "memory": memory,
        "sequential-thinking": npm("mcp-server-sequential-thinking"),
        "time": python("mcp-server-time", "--local-timezone", "UTC"),
    }}


def repository(folder):
    with open(os.path.join(folder, "note.txt"), "w") as file:
        file.write("from a file")
    commit = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "the first"]
    for arguments in (["init", "-q"], commit):
        subprocess.run(["git", "-C", folder, *arguments], check=True)


def program(language, code, folder):
    if language == "bash":
        return "FOLDER='%s'\n%s" % (folder, code)
    return "%sFOLDER = %s\n%s" % ("const " if language == "javascript" else "", json.dumps(folder), code)


def main(binary, installed):
    failed = 0
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        repository(folder)
        configured = os.path.join(home, "servers.json")
        with open(configured, "w") as file:
            json.dump(servers(installed, folder), file)
        environment = dict(os.environ, CODEMODE_DATA=os.path.join(home, "data"), CODEMODE_CONFIG=os.path.join(home, "config.toml"))
        for place, flags in PLACES.items():
            for name, language, code, expected in ROWS:
                command = [binary, "run", "-", "--language", language, *flags, "--servers", configured, "--json"]
                done = subprocess.run(command, input=program(language, code, folder), env=environment, text=True,
                                      capture_output=True, timeout=300)
                seen = json.loads(done.stdout)["stdout"] if done.stdout else done.stderr
                failed += seen != expected
                print("%s %s: %s" % ("ok    " if seen == expected else "FAILED", place, name))
                if seen != expected:
                    print("expected %r\nseen     %r\n%s%s" % (expected, seen, done.stdout, done.stderr))
    print("%d passed, %d failed" % (len(PLACES) * len(ROWS) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
