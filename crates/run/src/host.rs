//! Seam 2: what running code may ask of us.

use async_trait::async_trait;
use serde_json::{Map, Value};

/// The side of us that a running program sees.
#[async_trait]
pub trait Host: Send + Sync {
    /// Calls an upstream tool. Several calls may be open at once.
    async fn call_tool(&self, call: ToolCall) -> Result<Value, ToolError>;

    /// Takes note of something that happened. Never blocks and never fails: a slow reader loses output, not the run.
    fn emit(&self, event: Event<'_>);
}

/// Something that a running program did.
#[derive(Debug, PartialEq)]
pub enum Event<'a> {
    /// Bytes on one of its streams, as they came; they may end inside a character.
    Output(Stream, &'a [u8]),
    /// `display(x)` was called.
    Display(Display),
}

/// One of the two streams of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard error.
    Stderr,
    /// Standard output.
    Stdout,
}

impl Stream {
    /// The name in reports and resource addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stderr => "stderr",
            Self::Stdout => "stdout",
        }
    }
}

/// Something to show, made by `display(x)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its type, `image/png`.
    pub mime_type: String,
    /// A name for it, when the program gave one.
    pub name: Option<String>,
}

/// One call of an upstream tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// Named arguments.
    pub arguments: Map<String, Value>,
    /// The upstream server.
    pub server: String,
    /// The tool.
    pub tool: String,
}

/// A tool call that failed; the program can catch it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ToolError {
    /// A stable word, `unknown_tool`.
    pub code: String,
    /// What else the tool said.
    pub data: Value,
    /// What happened.
    pub message: String,
}
