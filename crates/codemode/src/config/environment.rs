//! Settings in environment variables: ours, and those of the systems that codemode replaces.

use std::collections::BTreeMap;

use super::keys::{KEYS, Key, suggestion};
use super::layers::{ConfigError, Layers, Origin};

/// Variables of ours that are no setting.
const OTHERS: &[&str] =
    &["CODEMODE_CACHE", "CODEMODE_CONFIG", "CODEMODE_DATA", "CODEMODE_HTTP_TOKEN", "CODEMODE_LOG"];

/// Variables for the tests of codemode itself begin so.
const OF_TESTS: &str = "CODEMODE_TEST_";

/// Variables of mcp-codemode and mcp-code-mode, and the settings that they stand for.
const PREDECESSORS: &[(&str, &str)] = &[
    ("CONTAINER_CPU_LIMIT", "docker.cpus"),
    ("CONTAINER_MEMORY_LIMIT", "docker.memory"),
    ("EXEC_TIMEOUT", "default_timeout"),
    ("MAX_OUTPUT_SIZE", "limits.output_chars"),
    ("MCP_EXECUTOR", "engine"),
    ("MCP_SERVERS_CONFIG", "servers"),
    ("POOL_SIZE", "docker.pool_size"),
    ("SANDBOX_IMAGE", "docker.image"),
];

/// Reads the variables of one environment.
pub fn read(layers: &mut Layers, variables: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    for (name, setting) in PREDECESSORS {
        if let (Some(text), Some(key)) = (variables.get(*name), Key::find(setting)) {
            layers.set_text(key, engine_of(name, text), Origin::Variable((*name).to_owned()))?;
        }
    }
    bind_address(layers, variables)?;
    for (name, text) in variables.range("CODEMODE_".to_owned()..) {
        if !name.starts_with("CODEMODE_") {
            break;
        }
        match KEYS.iter().find(|key| key.variable() == *name) {
            Some(key) => layers.set_text(key, text, Origin::Variable(name.clone()))?,
            None if OTHERS.contains(&name.as_str()) || name.starts_with(OF_TESTS) => {}
            None => {
                let setting = name.trim_start_matches("CODEMODE_").to_lowercase();
                let problem = format!("`{}` is no setting", setting.escape_debug());
                return Err(ConfigError::new(
                    Origin::Variable(name.clone()),
                    problem,
                    suggestion(&setting.replacen('_', ".", 1)),
                ));
            }
        }
    }
    Ok(())
}

/// `MCP_EXECUTOR` had words of its own: `local` meant the server's own process, which codemode never runs programs in.
fn engine_of<'a>(name: &str, text: &'a str) -> &'a str {
    match (name, text) {
        ("MCP_EXECUTOR", "local") => "auto",
        ("MCP_EXECUTOR", "pyodide") => "wasm",
        _ => text,
    }
}

/// `MCP_HOST` and `MCP_PORT` are the two halves of `http.bind`.
fn bind_address(layers: &mut Layers, variables: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let (host, port) = (variables.get("MCP_HOST"), variables.get("MCP_PORT"));
    let (Some(key), Some(name)) =
        (Key::find("http.bind"), host.map(|_| "MCP_HOST").or(port.map(|_| "MCP_PORT")))
    else {
        return Ok(());
    };
    let host = host.map_or("127.0.0.1", String::as_str);
    let port = port.map_or("8000", String::as_str);
    let address = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    layers.set_text(key, &address, Origin::Variable(name.to_owned()))
}
