//! The tool `configure`: shows settings and changes those that a model may change.

use std::sync::Arc;

use codemode_run::RunError;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use super::Shared;
use super::arguments::Arguments;
use crate::present::{Style, failed};

/// The settings, as a client sees them. Both calls may read and write files.
pub trait Configure: Send + Sync {
    /// The value of a setting and where it came from, or those of all settings, as TOML.
    fn view(&self, key: Option<&str>) -> Result<String, RunError>;

    /// Keeps a new value of a setting and puts it in force: what was done, in a sentence. Refused for a key or a value that
    /// there is not, and for what only a person may change.
    fn set(&self, key: &str, value: &str) -> Result<String, RunError>;
}

/// Answers the tool.
pub(super) async fn call(shared: &Shared, arguments: Map<String, Value>, style: Style) -> CallToolResult {
    let settings = Arc::clone(&shared.options.settings);
    let answer = match read(arguments) {
        Ok(action) => tokio::task::spawn_blocking(move || match action {
            Action::View(key) => settings.view(key.as_deref()),
            Action::Set { key, value } => settings.set(&key, &value),
        })
        .await
        .unwrap_or_else(|error| Err(unreachable_settings(error))),
        Err(error) => Err(error),
    };
    match answer {
        Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Err(error) => failed(&error, style),
    }
}

fn unreachable_settings(error: tokio::task::JoinError) -> RunError {
    let hint = "try again; the log has the cause";
    RunError {
        source: Some(error.into()),
        ..RunError::new("internal", "the settings cannot be reached", hint)
    }
}

enum Action {
    View(Option<String>),
    Set { key: String, value: String },
}

fn read(arguments: Map<String, Value>) -> Result<Action, RunError> {
    let mut arguments = Arguments::new(arguments);
    let action = arguments.text("action")?.unwrap_or_else(|| "view".to_owned());
    let key = arguments.text("key")?.filter(|key| !key.trim().is_empty());
    let value = arguments.scalar("value")?;
    arguments.finish()?;
    match (action.as_str(), key) {
        ("view", key) => Ok(Action::View(key)),
        ("set", Some(key)) => Ok(Action::Set { key, value: value.unwrap_or_default() }),
        ("set", None) => Err(RunError::invalid_argument("key", "missing; name the setting to change")),
        (other, _) => {
            let problem = format!("`{}` is unknown; expected view or set", other.escape_debug());
            Err(RunError::invalid_argument("action", problem))
        }
    }
}
