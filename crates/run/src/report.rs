//! What a caller gets back: everything about one run, in our own types. Presenters turn it into text or JSON.

use std::time::Duration;

use codemode_source::Language;

use crate::artifacts::Artifact;
use crate::engine::Isolation;
use crate::host::Display;
use crate::outcome::{Ending, Usage, Value};
use crate::output::Captured;

/// One run, as far as it got.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How often the program was started for this request.
    pub attempts: u32,
    /// What `display(x)` showed, in order.
    pub displays: Vec<Display>,
    /// Wall clock from request to end.
    pub duration: Duration,
    /// Why it stopped; absent while it goes on.
    pub ending: Option<Ending>,
    /// The engine that ran it, absent when nothing was started.
    pub engine: Option<&'static str>,
    /// Files that this run made or changed.
    pub files: Vec<Artifact>,
    /// What to do next.
    pub hints: Vec<String>,
    /// How well it was isolated.
    pub isolation: Option<Isolation>,
    /// Its language.
    pub language: Language,
    /// Distributions that were installed for it.
    pub packages_installed: Vec<String>,
    /// A name for this run, unique and sortable by time.
    pub run_id: String,
    /// The session it ran in.
    pub session_id: Option<String>,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// Calls of upstream tools, in the order of their start.
    pub tool_calls: Vec<ToolCallRecord>,
    /// What it used.
    pub usage: Usage,
    /// Its value.
    pub value: Option<Value>,
}

impl Report {
    /// True when the program finished.
    pub fn is_success(&self) -> bool {
        self.ending.as_ref().is_some_and(Ending::is_success)
    }

    /// `jail/full`: the engine and the level that ran.
    pub fn place(&self) -> Option<String> {
        Some(format!("{}/{}", self.engine?, self.isolation?.name()))
    }
}

/// One call of an upstream tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCallRecord {
    /// How long it took.
    pub duration: Duration,
    /// Whether it succeeded.
    pub ok: bool,
    /// The upstream server.
    pub server: String,
    /// The tool.
    pub tool: String,
}
