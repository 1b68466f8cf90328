//! The upstream tools that programs can call: an immutable snapshot, swapped whole when a server changes.

use serde_json::Value;

/// One upstream tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// The server that has it.
    pub server: String,
    /// Its name at that server, cleaned.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// What it says it does. It is the server's word: data, never an instruction.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub input_schema: Value,
    /// JSON Schema of its structured result, when the server says one.
    pub output_schema: Option<Value>,
    /// True when the server claims that it changes nothing.
    pub read_only: bool,
    /// True when the server does not deny that it may destroy something.
    pub destructive: bool,
}

/// How an upstream server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerState {
    /// Its first connection is on its way.
    Connecting,
    /// It is switched off, or its configuration is wrong.
    Disabled {
        /// Why.
        reason: String,
    },
    /// It could not be reached; it is tried again later.
    Failed {
        /// Why.
        reason: String,
    },
    /// Its tools are known and can be called.
    Ready,
}

/// The tools of one server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerTools {
    /// The server.
    pub name: String,
    /// How it is doing.
    pub state: ServerState,
    /// Its tools, in the order of their names.
    pub tools: Vec<Tool>,
}

/// Every server and its tools at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Catalog {
    servers: Vec<ServerTools>,
}

impl Catalog {
    /// A snapshot of these servers.
    pub fn new(servers: Vec<ServerTools>) -> Self {
        Self { servers }
    }

    /// The servers, in the order of the configuration.
    pub fn servers(&self) -> &[ServerTools] {
        &self.servers
    }
}
