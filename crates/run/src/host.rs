//! Seam 2: what running code may ask of us.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::catalog::{Catalog, Tool};

/// The side of us that a running program sees.
#[async_trait]
pub trait Host: Send + Sync {
    /// Calls an upstream tool, or one of ours ([`OURSELVES`]). Several calls may be open at once; dropping the future takes
    /// the call back. The result is what the guest protocol calls a result.
    async fn call_tool(&self, call: ToolCall) -> Result<Value, ToolError>;

    /// The upstream servers that the program can call: their legal names, in order.
    fn servers(&self) -> Vec<String> {
        Vec::new()
    }

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
    /// A line about what is done for the program before it starts, such as `installing pandas`.
    Note(&'a str),
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

/// The upstream tools, as the runner needs them.
#[async_trait]
pub trait Tools: Send + Sync + Debug {
    /// The tools that are known now.
    fn catalog(&self) -> Arc<Catalog>;

    /// The tools that a client calls itself, whether or not programs can.
    fn direct(&self) -> Vec<Tool> {
        Vec::new()
    }

    /// Waits until tools or servers are other than at an earlier generation; returns the new one.
    async fn changed(&self, _since: u64) -> u64 {
        std::future::pending().await
    }

    /// Connects the servers of these names where that was not done yet, and waits until their tools are known or cannot be.
    async fn settle(&self, _servers: &[&str]) {}

    /// Calls one. When `cancel` fires, or the future is dropped, the server is told to stop.
    async fn call(&self, call: ToolCall, cancel: CancellationToken) -> Result<ToolResult, ToolError>;
}

/// No upstream servers at all.
#[derive(Debug, Default)]
pub struct NoTools {
    catalog: Arc<Catalog>,
}

#[async_trait]
impl Tools for NoTools {
    fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    async fn call(&self, call: ToolCall, _cancel: CancellationToken) -> Result<ToolResult, ToolError> {
        let message = format!("no server `{}` is configured", call.server);
        Err(ToolError { code: "unknown_server".to_owned(), data: Value::Null, message })
    }
}

/// The server of a call that codemode answers itself: `search`, `describe`, `names`, `words` (see the guest protocol).
/// No upstream server can be called so.
pub const OURSELVES: &str = "@codemode";

/// What an upstream tool answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolResult {
    /// Its structured content, when it gave one.
    pub structured: Option<Value>,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// Its `_meta`, when it gave one.
    pub meta: Option<Value>,
}

/// One part of a tool's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Sound.
    Audio {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its type, `audio/wav`.
        mime_type: String,
    },
    /// A picture.
    Image {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its type, `image/png`.
        mime_type: String,
    },
    /// The address of something that the server can give.
    Link {
        /// Its type, when the server says one.
        mime_type: Option<String>,
        /// Its name.
        name: String,
        /// Its address.
        uri: String,
    },
    /// Something with an address, whole.
    Resource {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its type, when the server says one.
        mime_type: Option<String>,
        /// True when the bytes are UTF-8 text.
        text: bool,
        /// Its address.
        uri: String,
    },
    /// Text.
    Text(String),
}
