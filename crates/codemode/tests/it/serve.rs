//! `codemode` as a server on stdio: stdout carries the protocol and nothing else, and the end leaves nothing.

use serde_json::{Value, json};

use crate::support::User;

fn conversation(user: &User, messages: &[Value]) -> Vec<Value> {
    let text: String = messages.iter().map(|message| format!("{message}\n")).collect();
    let mut command = user.command(env!("CARGO_BIN_EXE_codemode"));
    command.args(["--engine", "direct"]);
    let said = user.transcript(command, &text);
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not the protocol: {line}")))
        .collect()
}

fn initialize() -> [Value; 2] {
    [
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ]
}

#[test]
fn it_says_who_it_is_and_ends_with_its_client() {
    let answers = conversation(&User::new(), &initialize());
    assert_eq!(answers.len(), 1);
    let result = &answers[0]["result"];
    assert_eq!(
        (&result["protocolVersion"], &result["serverInfo"]["name"]),
        (&"2025-11-25".into(), &"codemode".into())
    );
    assert_eq!(
        result["capabilities"],
        json!({"logging": {}, "tools": {"listChanged": true}, "resources": {}})
    );
}

#[test]
fn a_client_that_hangs_up_at_once_is_no_failure() {
    assert_eq!(conversation(&User::new(), &[]), Vec::<Value>::new());
}
