//! Every setting: its name, its kind, its default and what it means. Parsing, printing and errors all read this table.

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Dotted name, `limits.wall`.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// The default as a user would write it; empty when it has none.
    pub default: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// What the values of a setting are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number between these two, both included.
    Count(u64, u64),
    /// `true` or `false`.
    Flag,
    /// A list of text.
    List,
    /// A number above zero, such as 1.5.
    Number,
    /// A time: a number of seconds, or text such as "45s", "500ms", "2m", "1h".
    Seconds,
    /// A size: a number of bytes, or text such as "512MiB".
    Size,
    /// Text.
    Text,
}

/// A heading of the settings file and what it holds.
pub const GROUPS: &[(&str, &str)] = &[
    ("", "How codemode runs programs and what it offers to a client."),
    ("limits", "Bounds of a run. Each is enforced by every engine, or reported as not enforced."),
    ("sandbox", "How well a program has to be isolated, and what it sees of this machine."),
    ("memory", "What is remembered of failures."),
    ("network", "What a program may reach. The engine `direct` cannot restrict it."),
    ("packages", "What may be installed for a program."),
    ("policy", "What is refused before anything runs."),
    ("docker", "Read by the engine `docker`."),
    ("http", "Read by `codemode serve --http`."),
    ("agent", "Read by `codemode agent` and the tool run_agent."),
];

const ENGINES: &[&str] = &["auto", "jail", "wasm", "docker", "direct"];

/// The table, in the order in which it is printed.
pub const KEYS: &[Key] = &[
    key(
        "engine",
        Kind::Choice(ENGINES),
        "auto",
        "Where programs run. `auto` takes the first of jail, wasm, docker that works; `direct` is a plain process without isolation and is never chosen by itself.",
    ),
    key(
        "tools",
        Kind::Text,
        "lean",
        "Tools that a client sees: a preset (lean, pyrunner, agent, sandbox, all) or a comma list of names.",
    ),
    key(
        "default_timeout",
        Kind::Seconds,
        "60s",
        "The name that mcp-pyrunner has for limits.wall; when set, it wins.",
    ),
    key(
        "yield_after",
        Kind::Seconds,
        "45s",
        "A run that is still going after this time answers with what there is; wait_run gives the rest.",
    ),
    key(
        "structured_output",
        Kind::Flag,
        "false",
        "Adds structuredContent to results. Some clients then drop pictures and text.",
    ),
    key(
        "catalog_tokens",
        Kind::Count(100, 100_000),
        "1500",
        "Budget in tokens for the upstream tools that the description of execute_code names.",
    ),
    key(
        "servers",
        Kind::Text,
        "",
        "File with the upstream MCP servers; mcp_servers.json beside the settings file when empty.",
    ),
    key(
        "limits.wall",
        Kind::Seconds,
        "60s",
        "Wall clock of a run that names no timeout. Time spent waiting for tools is not counted.",
    ),
    key("limits.wall_max", Kind::Seconds, "24h", "Longest timeout that a run may name."),
    key(
        "limits.wait",
        Kind::Seconds,
        "600s",
        "How long a run may wait for upstream tools or for a person, beside its wall clock.",
    ),
    key("limits.memory", Kind::Size, "512MiB", "Memory of all processes of a run."),
    key("limits.processes", Kind::Count(1, 100_000), "64", "Processes and threads of a run."),
    key("limits.file", Kind::Size, "64MiB", "Size of one file that a program writes."),
    key("limits.workspace", Kind::Size, "256MiB", "Size of all files of a workspace."),
    key(
        "limits.output_chars",
        Kind::Count(200, 10_000_000),
        "50000",
        "Characters of each stream that a result shows: its head and its tail.",
    ),
    key("limits.output_kept", Kind::Size, "256MiB", "Bytes of each stream that stay readable after the run."),
    key("limits.tool_calls", Kind::Count(1, 1_000_000), "200", "Calls of upstream tools in one run."),
    key(
        "limits.concurrent_runs",
        Kind::Count(1, 10_000),
        "16",
        "Programs that run at the same time; more wait in the queue.",
    ),
    key("limits.queue", Kind::Count(0, 100_000), "64", "Runs that may wait for a free place."),
    key("limits.retries", Kind::Count(0, 100), "10", "Attempts of one request."),
    key("limits.runs_kept", Kind::Count(1, 100_000), "64", "Finished runs whose output stays readable."),
    key(
        "limits.sessions",
        Kind::Count(1, 10_000),
        "16",
        "Sessions with a living interpreter; the longest unused is closed for a new one.",
    ),
    key(
        "limits.session_idle",
        Kind::Seconds,
        "30m",
        "The interpreter of a session that nobody used for this long is closed.",
    ),
    key(
        "sandbox.minimum",
        Kind::Choice(&["none", "landlock", "no-cgroup", "full"]),
        "landlock",
        "Weakest level of isolation that an engine may have. `direct` is not judged by it: it has to be named.",
    ),
    key(
        "sandbox.workspace",
        Kind::Text,
        "",
        "Folder that programs without a session work in; one below the data folder when empty.",
    ),
    key(
        "sandbox.mounts",
        Kind::List,
        "",
        "Folders that programs see besides their workspace, as SOURCE:TARGET or SOURCE:TARGET:rw; read-only unless it ends in :rw.",
    ),
    key("sandbox.warm", Kind::Count(0, 64), "2", "Interpreters of a language that wait for work."),
    key(
        "memory.learn",
        Kind::Flag,
        "true",
        "Makes a learning of an error that a later run of the same session or purpose mends.",
    ),
    key(
        "network.mode",
        Kind::Choice(&["none", "hosts", "public", "full"]),
        "public",
        "none: nothing; hosts: those of network.hosts; public: any public address; full: everything.",
    ),
    key(
        "network.hosts",
        Kind::List,
        "",
        "Names and ports that the mode `hosts` lets pass, as NAME or NAME:PORT.",
    ),
    key(
        "network.connections",
        Kind::Count(1, 10_000),
        "128",
        "Connections of a program at the same time; further ones wait.",
    ),
    key(
        "network.connect_timeout",
        Kind::Seconds,
        "15s",
        "How long it may take to resolve a name and connect for a program.",
    ),
    key("network.idle", Kind::Seconds, "300s", "How long a connection of a program lives without a byte."),
    key("packages.auto_install", Kind::Flag, "true", "Finds and installs what a program imports and lacks."),
    key("packages.allowed", Kind::List, "", "Only these distributions may be installed; any when empty."),
    key("packages.blocked", Kind::List, "os-sys", "Distributions that are never installed."),
    key(
        "packages.cache",
        Kind::Size,
        "5GiB",
        "Disk space of all installed packages; those that nobody used for longest go first.",
    ),
    key(
        "packages.preload",
        Kind::List,
        "",
        "Modules that fresh Python interpreters have imported before a program comes, such as pandas.",
    ),
    key("packages.timeout", Kind::Seconds, "300s", "How long one installation may take."),
    key(
        "packages.newer_than",
        Kind::Text,
        "",
        "Releases after this date (YYYY-MM-DD) or younger than this many days (\"7d\") are not installed; no cut-off when empty.",
    ),
    key(
        "policy.preset",
        Kind::Choice(&["open", "strict"]),
        "open",
        "strict: 8,000 characters, 400 lines, an import list, no subprocess, exec or eval; Python only.",
    ),
    key(
        "policy.imports",
        Kind::List,
        "",
        "Modules that a program may import; those of the preset when empty.",
    ),
    key(
        "policy.calls",
        Kind::List,
        "",
        "Names that a program must not use, such as os.system; those of the preset when empty.",
    ),
    key(
        "policy.chars",
        Kind::Count(0, 100_000_000),
        "0",
        "Longest program in characters; the preset's bound when 0.",
    ),
    key(
        "policy.lines",
        Kind::Count(0, 10_000_000),
        "0",
        "Longest program in lines; the preset's bound when 0.",
    ),
    key("docker.image", Kind::Text, "python:3.12-slim", "Image of the containers."),
    key("docker.pool_size", Kind::Count(0, 100), "2", "Containers that wait for work."),
    key("docker.memory", Kind::Size, "512MiB", "Memory of a container."),
    key("docker.cpus", Kind::Number, "1", "Processors of a container."),
    key(
        "docker.runtime",
        Kind::Text,
        "",
        "Runtime of the containers, such as runsc; the engine's own when empty.",
    ),
    key("http.bind", Kind::Text, "127.0.0.1:8000", "Address and port."),
    key(
        "http.auth",
        Kind::Choice(&["token", "jwt", "none"]),
        "token",
        "Who may call. `none` is for loopback only.",
    ),
    key("http.hosts", Kind::List, "", "Host names under which the server may be called, besides loopback."),
    key("http.origins", Kind::List, "", "Web origins that may call the server, besides loopback."),
    key(
        "agent.provider",
        Kind::Choice(&["auto", "openai", "anthropic", "gemini", "ollama"]),
        "auto",
        "Who serves the model; auto takes the first whose key is in the environment.",
    ),
    key("agent.model", Kind::Text, "", "The model; the provider's usual one when empty."),
    key("agent.base_url", Kind::Text, "", "Address of the provider; its public one when empty."),
    key("agent.iterations", Kind::Count(1, 100), "5", "How often the agent writes or repairs its program."),
];

const fn key(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { name, kind, default, about }
}

impl Key {
    /// The setting of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The group and the name inside it: `limits.wall` is in `limits` as `wall`.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }

    /// The environment variable that sets it: `CODEMODE_LIMITS_WALL`.
    pub fn variable(&self) -> String {
        format!("CODEMODE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// The names that may stand where `name` stands, the nearest first when one is near.
pub fn suggestion(name: &str) -> String {
    let nearest = KEYS.iter().map(|key| (strsim::jaro_winkler(name, key.name), key.name));
    match nearest.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((likeness, nearest)) if likeness > 0.85 => format!("did you mean `{nearest}`?"),
        _ => format!("valid keys are {}", KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
    }
}
