//! The clients: where each keeps its servers, and how an entry of it looks.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use codemode_mcp::hub::servers::Format;
use serde_json::{Map, Value, json};

/// A client that codemode can be set up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// The desktop application of Anthropic.
    ClaudeDesktop,
    /// The command line of Anthropic.
    ClaudeCode,
    /// Cursor.
    Cursor,
    /// Visual Studio Code.
    Vscode,
    /// Goose.
    Goose,
    /// Codex.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// Windsurf.
    Windsurf,
    /// Zed.
    Zed,
}

/// The folders that clients keep their files in.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The platform's folder for settings of applications.
    pub config: &'a Path,
    /// The user's home folder.
    pub home: &'a Path,
}

/// How long a client should wait for a run that asks a person or installs a package.
const PATIENCE_SECONDS: u64 = 600;

impl Client {
    /// The user's file of this client.
    pub fn file(self, places: Places<'_>) -> PathBuf {
        let Places { config, home } = places;
        match self {
            Self::ClaudeCode => home.join(".claude.json"),
            Self::ClaudeDesktop => config.join("Claude/claude_desktop_config.json"),
            Self::Codex => home.join(".codex/config.toml"),
            Self::Cursor => home.join(".cursor/mcp.json"),
            Self::Gemini => home.join(".gemini/settings.json"),
            Self::Goose => home.join(".config/goose/config.yaml"),
            Self::Vscode => config.join("Code/User/mcp.json"),
            Self::Windsurf => home.join(".codeium/windsurf/mcp_config.json"),
            Self::Zed => home.join(".config/zed/settings.json"),
        }
    }

    /// How its file is written.
    pub fn format(self) -> Format {
        match self {
            Self::Codex => Format::Toml,
            Self::Goose => Format::Yaml,
            _ => Format::Json,
        }
    }

    /// The table that holds its servers.
    pub fn table(self) -> &'static str {
        match self {
            Self::Codex => "mcp_servers",
            Self::Goose => "extensions",
            Self::Vscode => "servers",
            Self::Zed => "context_servers",
            _ => "mcpServers",
        }
    }

    /// The entry that starts this program.
    pub fn entry(self, program: &str) -> Map<String, Value> {
        let entry = match self {
            Self::ClaudeCode | Self::Vscode => {
                json!({"type": "stdio", "command": program, "args": ["serve"]})
            }
            Self::Codex => {
                json!({"command": program, "args": ["serve"], "tool_timeout_sec": PATIENCE_SECONDS})
            }
            Self::Gemini => {
                json!({"command": program, "args": ["serve"], "timeout": PATIENCE_SECONDS * 1000})
            }
            Self::Goose => json!({
                "enabled": true, "type": "stdio", "name": "codemode",
                "description": "Runs programs in a sandbox", "cmd": program, "args": ["serve"],
                "timeout": PATIENCE_SECONDS,
            }),
            Self::Zed => json!({"source": "custom", "command": program, "args": ["serve"]}),
            Self::ClaudeDesktop | Self::Cursor | Self::Windsurf => {
                json!({"command": program, "args": ["serve"]})
            }
        };
        match entry {
            Value::Object(entry) => entry,
            _ => Map::new(),
        }
    }
}
