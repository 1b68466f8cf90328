//! Finds the table of servers in a file of any of the known clients.

use std::path::Path;

use serde_json::{Map, Value};

use super::UnreadableServers;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, also with comments and commas before a closing bracket.
    Json,
    /// TOML, as Codex writes it.
    Toml,
    /// YAML, as Goose writes it.
    Yaml,
}

impl Format {
    /// The format that a file's name tells.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Self::Toml,
            Some("yaml" | "yml") => Self::Yaml,
            _ => Self::Json,
        }
    }
}

/// What distinguishes the clients beside the names of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `$VAR` is a variable too.
    Gemini,
    /// A bare `timeout` counts seconds.
    Goose,
    /// Everything else.
    Other,
}

/// The entries of a file.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) dialect: Dialect,
    pub(super) entries: Vec<(&'a String, &'a Value)>,
}

/// Top-level keys under which clients keep their servers.
const TABLES: &[&str] =
    &["mcpServers", "servers", "context_servers", "mcp_servers", "mcp.servers", "extensions"];

/// The value that a file of any of the formats holds.
pub fn parse(text: &str, format: Format) -> Result<Value, UnreadableServers> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = match format {
        Format::Json => parse_json(text),
        Format::Toml => toml_edit::de::from_str(text).map_err(|error| error.to_string()),
        Format::Yaml => yaml_serde::from_str(text).map_err(|error| error.to_string()),
    };
    parsed.map_err(|problem| UnreadableServers(format!("not readable as {format:?}: {}", problem.trim_end())))
}

fn parse_json(text: &str) -> Result<Value, String> {
    let options = jsonc_parser::ParseOptions::default();
    let value = jsonc_parser::parse_to_serde_value::<Option<Value>>(text, &options);
    Ok(value.map_err(|error| error.to_string())?.unwrap_or_else(|| Value::Object(Map::new())))
}

pub(super) fn find<'a>(document: &'a Value, workspace: &Path) -> Result<Found<'a>, UnreadableServers> {
    let unknown = || {
        let names = TABLES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        UnreadableServers(format!("no servers found; expected them under one of {names}"))
    };
    let top = document.as_object().ok_or_else(unknown)?;
    let mut tables: Vec<&Map<String, Value>> = Vec::new();
    tables.extend(TABLES.iter().filter_map(|name| top.get(*name)?.as_object()));
    tables.extend(nested(top, workspace));
    let known = TABLES.iter().any(|name| top.contains_key(*name)) || !tables.is_empty();
    if !known {
        // A bare table: its values say by themselves that they are servers.
        if !top.values().all(is_entry) {
            return Err(unknown());
        }
        tables.push(top);
    }
    let entries: Vec<_> = tables.into_iter().flatten().collect();
    Ok(Found { dialect: dialect(top, &entries), entries })
}

/// The tables that stand deeper: `mcp: {servers}` of VS Code, and what Claude Code keeps for one project.
fn nested<'a>(top: &'a Map<String, Value>, workspace: &Path) -> Vec<&'a Map<String, Value>> {
    let vscode = top.get("mcp").and_then(|mcp| mcp.get("servers"));
    let project =
        top.get("projects").and_then(|projects| projects.get(workspace.to_str()?)?.get("mcpServers"));
    [vscode, project].into_iter().flatten().filter_map(Value::as_object).collect()
}

fn is_entry(value: &Value) -> bool {
    let keys = ["command", "cmd", "url", "serverUrl", "httpUrl", "uri", "endpoint"];
    value.as_object().is_some_and(|entry| keys.iter().any(|key| entry.contains_key(*key)))
}

fn dialect(top: &Map<String, Value>, entries: &[(&String, &Value)]) -> Dialect {
    let gemini_file = ["security", "selectedAuthType", "ui", "tools", "context", "general"];
    let gemini_entry = ["httpUrl", "includeTools", "excludeTools", "trust"];
    let has =
        |keys: &[&str]| entries.iter().any(|(_, entry)| keys.iter().any(|key| entry.get(key).is_some()));
    if top.contains_key("extensions") {
        Dialect::Goose
    } else if top.contains_key("mcpServers")
        && (has(&gemini_entry) || gemini_file.iter().any(|key| top.contains_key(*key)))
    {
        Dialect::Gemini
    } else {
        Dialect::Other
    }
}
