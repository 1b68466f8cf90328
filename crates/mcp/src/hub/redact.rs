//! Takes secrets out of texts that leave the hub.

use std::sync::Arc;

use codemode_run::{Block, ToolError, ToolResult};
use serde_json::Value;

use super::servers::{Endpoint, Secret};

/// A shorter value would take ordinary words out of messages, and protects nothing.
const CHARS_MIN: usize = 6;

/// The secrets of one server.
#[derive(Clone, Default)]
pub(super) struct Redact(Arc<[String]>);

impl std::fmt::Debug for Redact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redact({} values)", self.0.len())
    }
}

impl Redact {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let secrets: Vec<&Secret> = match endpoint {
            Endpoint::Http { headers, url, .. } => headers.values().chain([url]).collect(),
            Endpoint::Stdio { arguments, environment, .. } => {
                arguments.iter().chain(environment.values()).collect()
            }
        };
        let hidden = secrets.into_iter().filter(|secret| secret.is_hidden()).map(Secret::reveal);
        // `Bearer abc` shows up as `abc` too.
        let mut values: Vec<String> = hidden
            .flat_map(|value| value.split_whitespace().chain([value]))
            .filter(|value| value.chars().count() >= CHARS_MIN && *value != "Bearer")
            .map(str::to_owned)
            .collect();
        // Longer ones first: one may hold another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self(values.into())
    }

    pub(super) fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// Takes secrets out of what a tool answered: a server that shows its environment must not show it to a program.
    pub(super) fn answer(&self, answer: Result<ToolResult, ToolError>) -> Result<ToolResult, ToolError> {
        if self.0.is_empty() {
            return answer;
        }
        match answer {
            Ok(mut result) => {
                result.structured.iter_mut().chain(&mut result.meta).for_each(|value| self.value(value));
                for block in &mut result.blocks {
                    match block {
                        Block::Text(text) => *text = self.apply(text),
                        Block::Resource { bytes, text: true, .. } => {
                            *bytes = self.apply(&String::from_utf8_lossy(bytes)).into_bytes();
                        }
                        _ => {}
                    }
                }
                Ok(result)
            }
            Err(mut error) => {
                error.message = self.apply(&error.message);
                self.value(&mut error.data);
                Err(error)
            }
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(table) => table.values_mut().for_each(|item| self.value(item)),
            Value::String(text) => *text = self.apply(text),
            _ => {}
        }
    }
}
