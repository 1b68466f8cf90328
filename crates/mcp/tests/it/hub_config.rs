//! The configuration of nine clients, read as they write it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use codemode_mcp::hub::Rules;
use codemode_mcp::hub::servers::{
    CALL, Endpoint, Format, HttpKind, Mode, STARTUP, Secret, ServerConfig, Servers, Setup, Surroundings, read,
};

fn variables() -> BTreeMap<String, String> {
    [("SECRET", "s3cret-value"), ("API_KEY", "k3y-value"), ("HOST", "example.org"), ("EMPTY", "")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn try_read(text: &str, format: Format) -> Result<Servers, String> {
    let variables = variables();
    let files = |path: &Path| {
        if path == Path::new("/work/here/.env") {
            Ok("# a comment\nexport FROM_FILE='in quotes'\nAPI_KEY=hidden by the entry\n".to_owned())
        } else {
            Err(io::Error::from(io::ErrorKind::NotFound))
        }
    };
    let around = Surroundings {
        files: &files,
        home: Path::new("/home/me"),
        variables: &variables,
        workspace: Path::new("/work/here"),
    };
    read(text, format, &around).map_err(|error| error.to_string())
}

fn parse(text: &str) -> Servers {
    try_read(text, Format::Json).unwrap()
}

fn fixture(name: &str) -> Servers {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs").join(name);
    try_read(&std::fs::read_to_string(&path).unwrap(), Format::of(&path)).unwrap()
}

fn plain(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::plain(*text)).collect()
}

fn pairs(pairs: &[(&str, Secret)]) -> BTreeMap<String, Secret> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn stdio(command: &str, arguments: &[&str], environment: &[(&str, Secret)]) -> Setup {
    setup(Endpoint::Stdio {
        arguments: plain(arguments),
        command: command.to_owned(),
        environment: pairs(environment),
        folder: None,
    })
}

fn http(kind: HttpKind, url: &str, headers: &[(&str, Secret)]) -> Setup {
    setup(Endpoint::Http { headers: pairs(headers), kind, url: Secret::plain(url) })
}

fn setup(endpoint: Endpoint) -> Setup {
    Setup { call: CALL, endpoint, mode: Mode::Code, rules: Rules::default(), startup: STARTUP }
}

fn servers(expected: Vec<(&str, Result<Setup, &str>)>) -> Vec<ServerConfig> {
    let server = |(name, setup): (&str, Result<Setup, &str>)| ServerConfig {
        name: name.to_owned(),
        setup: setup.map_err(str::to_owned),
    };
    expected.into_iter().map(server).collect()
}

fn all(expected: Vec<(&str, Result<Setup, &str>)>) -> Servers {
    Servers { servers: servers(expected), warnings: Vec::new() }
}

#[test]
fn claude_desktop() {
    let arguments = ["-y", "@modelcontextprotocol/server-filesystem", "/Users/me/Desktop"];
    let token = ("GITHUB_PERSONAL_ACCESS_TOKEN", Secret::hidden("ghp_abcdefgh"));
    let expected = all(vec![
        ("filesystem", Ok(stdio("npx", &arguments, &[]))),
        ("github", Ok(stdio("npx", &["-y", "@modelcontextprotocol/server-github"], &[token]))),
    ]);
    assert_eq!(fixture("claude-desktop.json"), expected);
}

#[test]
fn cursor() {
    let environment =
        [("API_KEY", Secret::hidden("s3cret-value")), ("FROM_FILE", Secret::hidden("in quotes"))];
    let authorization = ("Authorization", Secret::hidden("Bearer s3cret-value"));
    let expected = all(vec![
        ("local", Ok(stdio("/home/me/bin/server", &["--root", "/work/here"], &environment))),
        ("remote", Ok(http(HttpKind::Either, "https://example.com/mcp", &[authorization]))),
    ]);
    assert_eq!(fixture("cursor.json"), expected);
}

#[test]
fn vscode() {
    let expected = all(vec![
        ("local", Ok(stdio("server", &["/work/here/data"], &[("KEY", Secret::hidden("k3y-value"))]))),
        ("remote", Ok(http(HttpKind::Streamable, "https://example.com/mcp", &[]))),
    ]);
    assert_eq!(fixture("vscode.json"), expected);
}

#[test]
fn windsurf() {
    let mut remote =
        http(HttpKind::Either, "https://example.com/sse", &[("X-Key", Secret::hidden("s3cret-value"))]);
    remote.rules.denied = vec!["drop".to_owned()];
    let expected = all(vec![("remote", Ok(remote)), ("local", Err("switched off in its configuration"))]);
    assert_eq!(fixture("windsurf.json"), expected);
}

#[test]
fn goose() {
    let environment = [("PLAIN", Secret::plain("yes")), ("SECRET", Secret::hidden("s3cret-value"))];
    let fetch = Setup { call: Duration::from_secs(120), ..stdio("uvx", &["mcp-server-fetch"], &environment) };
    let expected = Servers {
        servers: servers(vec![("fetch", Ok(fetch)), ("remote", Err("switched off in its configuration"))]),
        warnings: vec!["`developer` is a part of Goose, no MCP server, and is passed over".to_owned()],
    };
    assert_eq!(fixture("goose.yaml"), expected);
}

#[test]
fn zed() {
    let extension = "an extension of the editor starts it; its configuration has no command";
    let expected = all(vec![
        ("plain", Ok(stdio("server", &["--stdio"], &[("A", Secret::plain("1"))]))),
        ("older", Ok(stdio("older-server", &["run"], &[("B", Secret::plain("2"))]))),
        ("from-an-extension", Err(extension)),
    ]);
    assert_eq!(fixture("zed.json"), expected);
}

#[test]
fn a_variable_that_is_not_set_disables_only_its_server_and_is_named_with_its_key() {
    let read = parse(
        r#"{"mcpServers": {"a": {"command": "x", "args": ["ok", "--key=${MISSING}"]}, "b": {"command": "y"},
            "c": {"url": "https://h/", "headers": {"X": "${input:the-key}"}}}}"#,
    );
    let expected = all(vec![
        ("a", Err("server `a`, key `args[1]`: the variable `MISSING` is not set")),
        ("b", Ok(stdio("y", &[], &[]))),
        (
            "c",
            Err("server `c`, key `headers.X`: `${input:the-key}` has no value: set the variable `THE_KEY`"),
        ),
    ]);
    assert_eq!(read, expected);
}

#[test]
fn defaults_stand_in_for_variables_that_are_not_set_or_empty() {
    let read = parse(
        r#"{"mcpServers": {"a": {"command": "x", "args": ["${NO:-d}", "${EMPTY:-e}", "${HOST:-f}", "$HOST", "a$"]}}}"#,
    );
    let Ok(Setup { endpoint: Endpoint::Stdio { arguments, .. }, .. }) = &read.servers[0].setup else {
        panic!("{read:?}")
    };
    let texts: Vec<&str> = arguments.iter().map(Secret::reveal).collect();
    assert_eq!(texts, ["d", "e", "example.org", "$HOST", "a$"]);
}

#[test]
fn filters_of_every_client_become_rules() {
    let read = parse(
        r#"{"mcpServers": {"a": {"command": "x", "enabled_tools": ["b*"], "disabled_tools": ["bad"],
            "alwaysAllow": ["best"], "codemode": {"mode": "both", "ask": ["b*"], "deny": ["*evil*"]}}}}"#,
    );
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let rules = Rules {
        allowed: Some(words(&["b*"])),
        ask: words(&["b*"]),
        denied: words(&["bad", "*evil*"]),
        trusted: words(&["best"]),
    };
    let expected = Setup { mode: Mode::Both, rules: rules.clone(), ..stdio("x", &[], &[]) };
    assert_eq!(read, all(vec![("a", Ok(expected))]));
    use codemode_mcp::hub::Permission::{Allow, Ask, Deny};
    let said = ["ba", "best", "bad", "b-evil-b", "c"].map(|tool| rules.permission(tool));
    assert_eq!(said, [Ask, Allow, Deny, Deny, Deny]);
}

#[test]
fn timeouts_are_in_the_unit_that_their_key_names() {
    let timeout = |key: &str| {
        let read = parse(&format!(r#"{{"mcpServers": {{"a": {{"command": "x", {key}}}}}}}"#));
        let setup = read.servers[0].setup.clone().unwrap();
        (setup.startup.as_secs_f64(), setup.call.as_secs_f64())
    };
    assert_eq!(timeout(r#""timeout": 30000"#), (60.0, 30.0));
    assert_eq!(timeout(r#""timeout": 45"#), (60.0, 45.0));
    assert_eq!(timeout(r#""timeout": 3600, "autoApprove": []"#), (60.0, 3600.0));
    assert_eq!(timeout(r#""startup_timeout_ms": 1500, "tool_timeout_sec": 2.5"#), (1.5, 2.5));
}

#[test]
fn what_is_not_understood_is_told() {
    let read = parse(r#"{"a": {"command": "x", "comand": "y"}, "b": {"url": "ftp://h/"}}"#);
    let expected = Servers {
        servers: servers(vec![
            ("a", Ok(stdio("x", &[], &[]))),
            ("b", Err("server `b`, key `url`: expected an address that begins with http:// or https://")),
        ]),
        warnings: vec!["server `a`: the key `comand` is not known and has no effect".to_owned()],
    };
    assert_eq!(read, expected);
    let tables = "`mcpServers`, `servers`, `context_servers`, `mcp_servers`, `mcp.servers`, `extensions`";
    let unknown = format!("no servers found; expected them under one of {tables}");
    assert_eq!(try_read(r#"{"theme": "dark"}"#, Format::Json), Err(unknown));
    assert!(try_read("{", Format::Json).unwrap_err().starts_with("not readable as Json: "));
}

#[test]
fn servers_are_found_where_vscode_and_claude_nest_them() {
    let vscode = r#"{"mcp": {"servers": {"a": {"command": "x"}}}}"#;
    let flat = r#"{"mcp.servers": {"a": {"command": "x"}}}"#;
    let claude = r#"{"projects": {"/work/here": {"mcpServers": {"a": {"command": "x"}}}, "/other": {"mcpServers": {"b": {}}}}}"#;
    for text in [vscode, flat, claude] {
        assert_eq!(parse(text), all(vec![("a", Ok(stdio("x", &[], &[])))]));
    }
}

#[test]
fn secrets_are_not_printed() {
    let read = parse(
        r#"{"mcpServers": {"a": {"command": "x", "args": ["--key", "${SECRET}"], "env": {"TOKEN": "in-the-open"}},
            "b": {"url": "https://h/?key=in-the-open", "headers": {"X": "in-the-open"}}}}"#,
    );
    let printed = format!("{read:?}");
    assert!(printed.contains("\"--key\", ***"), "{printed}");
    assert!(!printed.contains("s3cret") && !printed.contains("in-the-open"), "{printed}");
}

/// Files that the clients' own command lines wrote; see `tests/configs/README.md`.
#[test]
fn claude_code_as_its_own_command_line_writes_it() {
    let key = ("KEY", Secret::hidden("value"));
    let expected = all(vec![
        ("local", Ok(stdio("server", &["--root", "/data"], &[key]))),
        (
            "remote",
            Ok(http(HttpKind::Streamable, "https://example.com/mcp", &[("X-Key", Secret::hidden("abc"))])),
        ),
        ("events", Ok(http(HttpKind::Sse, "https://example.com/sse", &[]))),
    ]);
    assert_eq!(fixture("claude-code.json"), expected);
}

#[test]
fn codex_as_its_own_command_line_writes_it() {
    let bearer = ("Authorization", Secret::hidden("Bearer s3cret-value"));
    let expected = all(vec![
        ("local", Ok(stdio("server", &["--root", "/data"], &[("KEY", Secret::hidden("value"))]))),
        ("remote", Ok(http(HttpKind::Either, "https://example.com/mcp", &[bearer]))),
    ]);
    assert_eq!(fixture("codex.toml"), expected);
}

#[test]
fn gemini_as_its_own_command_line_writes_it() {
    let mut local = stdio("server", &["/data"], &[("KEY", Secret::hidden("value"))]);
    local.call = Duration::from_secs(20);
    local.rules.allowed = Some(vec!["one".to_owned(), "two".to_owned()]);
    let header = ("X-Key", Secret::hidden("s3cret-value"));
    let expected = all(vec![
        ("local", Ok(local)),
        ("remote", Ok(http(HttpKind::Streamable, "https://example.com/mcp", &[header]))),
    ]);
    assert_eq!(fixture("gemini.json"), expected);
}

#[test]
fn every_example_is_read_without_a_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/mcp_servers");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in &files {
        let read = try_read(&std::fs::read_to_string(path).unwrap(), Format::of(path)).unwrap();
        assert_eq!(read.warnings, Vec::<String>::new(), "{path:?}");
        assert!(read.servers.iter().all(|server| server.setup.is_ok()), "{path:?}: {read:?}");
        assert!(!read.servers.is_empty(), "{path:?}");
    }
    assert_eq!(files.len(), 9);
}
