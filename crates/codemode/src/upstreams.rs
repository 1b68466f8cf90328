//! The user's other MCP servers: where they are configured, and how they are told of.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codemode_mcp::hub::servers::{self, Format, Servers};
use codemode_mcp::hub::{Hub, HubOptions, Person, ServerReport};
use codemode_run::ServerState;
use serde_json::{Value as Json, json};

use crate::config::keys::Key;
use crate::config::value::Value;
use crate::config::{ConfigError, Layers, Origin};
use crate::paths::Paths;

/// How long a command waits for servers; those that are not ready then are shown so.
const PATIENCE: Duration = Duration::from_secs(90);

/// Reads the file of servers that the settings name; `mcp_servers.json` beside the user's settings when they name none.
pub fn read(
    layers: &Layers,
    paths: &Paths,
    variables: &BTreeMap<String, String>,
) -> Result<Servers, ConfigError> {
    let named = Key::find("servers").and_then(|key| layers.get(key));
    let (path, origin) = match named {
        Some((Value::Text(text), origin)) if !text.is_empty() => (PathBuf::from(text), origin.clone()),
        _ => (paths.config.with_file_name("mcp_servers.json"), Origin::Default),
    };
    // Servers are programs that run as the user. A checkout must not start them by being opened.
    if matches!(&origin, Origin::File(file, _) if *file == paths.project) {
        let warning = format!(
            "`servers` in {} is not used: name {} in your own settings, or in CODEMODE_SERVERS, to use it",
            paths.project.display(),
            path.display()
        );
        return Ok(Servers { servers: Vec::new(), warnings: vec![warning] });
    }
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && origin == Origin::Default => {
            return Ok(Servers::default());
        }
        Err(error) => {
            let mend = "make it readable, or unset `servers`";
            return Err(ConfigError::new(
                origin,
                format!("{} cannot be read: {error}", path.display()),
                mend,
            ));
        }
    };
    let workspace = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let around = servers::Surroundings {
        files: &|path: &Path| std::fs::read_to_string(path),
        home: &paths.home,
        variables,
        workspace: &workspace,
    };
    servers::read(&text, Format::of(&path), &around).map_err(|error| {
        let mend = "expected the servers as a client writes them, for example under `mcpServers`";
        ConfigError::new(path.display(), error.to_string(), mend)
    })
}

/// A hub over the configured servers; warnings go to the log.
///
/// `person` is who answers questions of servers and approves calls; without one they are declined.
pub fn hub(
    layers: &Layers,
    paths: &Paths,
    variables: &BTreeMap<String, String>,
    person: Option<Arc<dyn Person>>,
) -> Result<Hub, ConfigError> {
    let Servers { servers, warnings } = read(layers, paths, variables)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let data = paths.data.clone();
    Ok(Hub::new(HubOptions { data, person, servers, version: env!("CARGO_PKG_VERSION") }))
}

/// Connects every server, and waits for a while.
pub async fn connect(hub: &Hub) {
    if tokio::time::timeout(PATIENCE, hub.connect()).await.is_err() {
        tracing::warn!("not every server was ready within {} s", PATIENCE.as_secs());
    }
}

/// The servers as `doctor` tells them.
pub fn json(reports: &[ServerReport]) -> Json {
    let server = |report: &ServerReport| (report.name.clone(), server_json(report));
    Json::Object(reports.iter().map(server).collect())
}

fn server_json(report: &ServerReport) -> Json {
    let (state, reason) = state(&report.state);
    json!({"state": state, "tools": report.tools, "reason": reason})
}

/// A state as a word and its reason.
pub fn state(state: &ServerState) -> (&'static str, Option<&str>) {
    match state {
        ServerState::Connecting => ("connecting", None),
        ServerState::Disabled { reason } => ("disabled", Some(reason)),
        ServerState::Failed { reason } => ("failed", Some(reason)),
        ServerState::Ready => ("ready", None),
    }
}
