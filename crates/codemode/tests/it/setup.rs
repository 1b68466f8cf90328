//! `codemode setup`: what is merged into the files of clients, and that nothing else in them changes.

use std::fs;
use std::path::Path;

use codemode::setup::{Client, Written, block, merge, write};

const PROGRAM: &str = "/opt/codemode";

fn merged(client: Client, text: &str) -> String {
    let merged = merge(text, client, PROGRAM, Path::new("FILE")).unwrap();
    // What was merged once is there.
    assert_eq!(merge(&merged, client, PROGRAM, Path::new("FILE")).unwrap(), merged);
    merged
}

fn refused(client: Client, text: &str) -> String {
    merge(text, client, PROGRAM, Path::new("FILE")).unwrap_err().to_string()
}

#[test]
fn the_block_of_each_client_is_one_that_it_reads() {
    let plain = "{\n  \"mcpServers\": {\n    \"codemode\": {\n      \"command\": \"/opt/codemode\",\n      \"args\": [\"serve\"]\n    }\n  }\n}\n";
    for client in [Client::ClaudeDesktop, Client::Cursor, Client::Windsurf] {
        assert_eq!(block(client, PROGRAM), plain);
    }
    assert_eq!(
        block(Client::Codex, PROGRAM),
        "[mcp_servers.codemode]\ncommand = \"/opt/codemode\"\nargs = [\"serve\"]\ntool_timeout_sec = 600\n"
    );
    assert_eq!(
        block(Client::Goose, PROGRAM),
        "extensions:\n  codemode:\n    enabled: true\n    type: \"stdio\"\n    name: \"codemode\"\n    description: \"Runs \
         programs in a sandbox\"\n    cmd: \"/opt/codemode\"\n    args: [\"serve\"]\n    timeout: 600\n"
    );
    let json = |client| serde_json::from_str::<serde_json::Value>(&block(client, PROGRAM)).unwrap();
    let stdio = serde_json::json!({"type": "stdio", "command": PROGRAM, "args": ["serve"]});
    assert_eq!(json(Client::ClaudeCode), serde_json::json!({"mcpServers": {"codemode": stdio}}));
    assert_eq!(json(Client::Vscode), serde_json::json!({"servers": {"codemode": stdio}}));
    let gemini = serde_json::json!({"command": PROGRAM, "args": ["serve"], "timeout": 600_000});
    assert_eq!(json(Client::Gemini), serde_json::json!({"mcpServers": {"codemode": gemini}}));
    let zed = serde_json::json!({"source": "custom", "command": PROGRAM, "args": ["serve"]});
    assert_eq!(json(Client::Zed), serde_json::json!({"context_servers": {"codemode": zed}}));
}

#[test]
fn json_keeps_its_comments_its_order_and_what_a_user_added() {
    let before = "{\n  // my theme\n  \"theme\": \"dark\",\n  \"context_servers\": {\n    \"other\": {\"command\": \"x\"}, // mine\n    \
                  \"codemode\": {\"command\": \"/old\", \"env\": {\"A\": \"1\"}},\n  },\n}\n";
    let after = "{\n  // my theme\n  \"theme\": \"dark\",\n  \"context_servers\": {\n    \"other\": {\"command\": \"x\"}, // mine\n    \
                 \"codemode\": {\n      \"command\": \"/opt/codemode\",\n      \"env\": {\n        \"A\": \"1\"\n      },\n      \
                 \"source\": \"custom\",\n      \"args\": [\"serve\"]\n    },\n  },\n}\n";
    assert_eq!(merged(Client::Zed, before), after);
}

#[test]
fn toml_keeps_its_comments_and_its_order() {
    let before = "# my model\nmodel = \"o5\"\n\n[mcp_servers.other] # mine\ncommand = \"x\"\n\n[profiles.fast]\nmodel = \"o5-mini\"\n";
    let after = merged(Client::Codex, before);
    let ours =
        "[mcp_servers.codemode]\ncommand = \"/opt/codemode\"\nargs = [\"serve\"]\ntool_timeout_sec = 600\n";
    assert_eq!(after.replace(&format!("\n{ours}"), ""), before);
}

#[test]
fn yaml_keeps_its_comments_and_its_order() {
    let before = "# mine\nGOOSE_PROVIDER: x\nextensions:\n    # one\n    developer:\n        enabled: true\n\nother: 1 # last\n";
    let after = merged(Client::Goose, before);
    let start = after.find("    codemode:\n").unwrap();
    let end = after[start..].find("    # one\n").unwrap() + start;
    assert_eq!(format!("{}{}", &after[..start], &after[end..]), before);

    let old = "extensions:\n  codemode:\n    enabled: false\n    cmd: /old\n    mine: [1, 2]\n  z: {}\n";
    let after = merged(Client::Goose, old);
    assert!(
        after.contains("    mine: [1,2]\n") && after.ends_with("  z: {}\n") && !after.contains("/old"),
        "{after}"
    );
    let empty = merged(Client::Goose, "extensions: {}\nlast: 1\n");
    assert!(empty.starts_with("extensions:\n  codemode:\n") && empty.ends_with("\nlast: 1\n"), "{empty}");
}

#[test]
fn what_cannot_be_changed_safely_is_left_alone() {
    assert!(refused(Client::Cursor, "{\"mcpServers\": ").starts_with("FILE is not readable as Json: "));
    assert_eq!(refused(Client::Cursor, "[1]"), "FILE is no file in which `mcpServers` could be a table");
    assert_eq!(
        refused(Client::Cursor, "{\"mcpServers\": 7}"),
        "FILE is no file in which `mcpServers` could be a table"
    );
    let flow = "FILE cannot be changed without touching something else in it";
    assert_eq!(refused(Client::Goose, "extensions: {a: {enabled: true}}\n"), flow);
}

#[test]
fn a_file_is_made_or_changed_with_a_copy_of_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deeper/mcp.json");
    assert_eq!(write(&file, Client::Cursor, PROGRAM).unwrap(), Written::Changed(None));
    let made = fs::read_to_string(&file).unwrap();
    assert_eq!(write(&file, Client::Cursor, PROGRAM).unwrap(), Written::Unchanged);
    let copy = |number: u32| file.with_file_name(format!("mcp.json.bak-{number}"));
    assert_eq!(write(&file, Client::Cursor, "/other").unwrap(), Written::Changed(Some(copy(1))));
    assert_eq!(write(&file, Client::Cursor, PROGRAM).unwrap(), Written::Changed(Some(copy(2))));
    assert_eq!(fs::read_to_string(copy(1)).unwrap(), made);
    assert_eq!(fs::read_to_string(copy(2)).unwrap(), made.replace(PROGRAM, "/other"));
    assert_eq!(fs::read_to_string(&file).unwrap(), made);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    fs::write(&real, "{}").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    write(&link, Client::ClaudeCode, PROGRAM).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains(PROGRAM));
}
