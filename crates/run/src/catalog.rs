//! The upstream tools that programs can call: an immutable snapshot, swapped whole when a server changes.

mod arguments;
mod names;
mod search;
mod shape;
mod shapes;
mod stubs;
mod summary;
mod text;
pub mod tokens;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::host::ToolError;
use shape::Parameters;
pub use shapes::{Observed, Shapes};
pub use text::one_line;

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
///
/// Servers and tools have two names: their own, and a legal one that is a name in every language (see `names`). Either
/// finds them.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    index: OnceLock<search::Index>,
    servers: Vec<ServerTools>,
}

/// What is worked out about a server.
#[derive(Debug, Clone, Default)]
struct Entry {
    legal: String,
    /// Tools by their legal and, behind those, their own names.
    by_name: HashMap<String, usize>,
    facts: Vec<OnceLock<Facts>>,
    names: Vec<String>,
}

/// What is worked out about a tool when it is first needed.
#[derive(Debug, Clone)]
struct Facts {
    parameters: Parameters,
    parameter_names: Vec<String>,
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.servers == other.servers
    }
}

impl Catalog {
    /// A snapshot of these servers.
    pub fn new(servers: Vec<ServerTools>) -> Self {
        let legal = names::for_servers(servers.iter().map(|server| server.name.as_str()));
        let entries = servers.iter().zip(legal).map(|(server, legal)| Entry::new(server, legal)).collect();
        Self { entries, index: OnceLock::new(), servers }
    }

    /// The servers, in the order of the configuration.
    pub fn servers(&self) -> &[ServerTools] {
        &self.servers
    }

    /// The legal names of the servers, in the same order.
    pub fn server_names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.legal.as_str())
    }

    /// The tools of one server, by its own or its legal name.
    pub fn tools_of(&self, server: &str) -> Option<Vec<Found<'_>>> {
        let server = self.server(server)?;
        Some(
            (0..self.servers[server].tools.len()).map(|tool| Found { catalog: self, server, tool }).collect(),
        )
    }

    /// One tool, by its own or its legal name.
    pub fn tool(&self, server: &str, tool: &str) -> Result<Found<'_>, ToolError> {
        let Some(place) = self.server(server) else { return Err(self.no_server(server)) };
        let found = self.entries[place].by_name.get(tool);
        found
            .map(|tool| Found { catalog: self, server: place, tool: *tool })
            .ok_or_else(|| self.no_tool(place, tool))
    }

    /// One tool by `server.tool`. A server's own name may hold a dot: every dot is tried.
    pub fn tool_at(&self, path: &str) -> Result<Found<'_>, ToolError> {
        let path = path.strip_prefix("tools.").unwrap_or(path);
        let splits = path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
        let mut first = None;
        for (server, tool) in splits {
            match self.tool(server, tool) {
                Ok(found) => return Ok(found),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| ToolError {
            code: "unknown_tool".to_owned(),
            data: Value::Null,
            message: format!("`{}` is not the name of a tool; expected `server.tool`", one_line(path, 80)),
        }))
    }

    fn server(&self, name: &str) -> Option<usize> {
        let legal = self.entries.iter().position(|entry| entry.legal == name);
        legal.or_else(|| self.servers.iter().position(|server| server.name == name))
    }

    fn all(&self) -> impl Iterator<Item = Found<'_>> {
        let tools = |(server, entry): (usize, &Entry)| (0..entry.names.len()).map(move |tool| (server, tool));
        self.entries.iter().enumerate().flat_map(tools).map(|(server, tool)| Found {
            catalog: self,
            server,
            tool,
        })
    }

    fn no_server(&self, name: &str) -> ToolError {
        let known: Vec<&str> = self.server_names().take(NAMED_MAX).collect();
        let known = if known.is_empty() {
            "none is configured".to_owned()
        } else {
            format!("the servers are {}", known.join(", "))
        };
        let message = format!("no server `{}`; {known}", one_line(name, 80));
        ToolError { code: "unknown_server".to_owned(), data: Value::Null, message }
    }

    fn no_tool(&self, place: usize, name: &str) -> ToolError {
        let (server, entry) = (&self.servers[place], &self.entries[place]);
        let name = one_line(name, 80);
        let reason = match &server.state {
            ServerState::Connecting => Some("it is still connecting".to_owned()),
            ServerState::Disabled { reason } => Some(format!("it is disabled: {}", one_line(reason, 200))),
            ServerState::Failed { reason } => {
                Some(format!("it cannot be reached: {}", one_line(reason, 200)))
            }
            ServerState::Ready => None,
        };
        if let (Some(reason), true) = (reason, server.tools.is_empty()) {
            let message = format!("{}.{name} cannot be called: {reason}", entry.legal);
            return ToolError { code: "server_unavailable".to_owned(), data: Value::Null, message };
        }
        let near = arguments::nearest(&name, entry.names.iter().map(String::as_str));
        let near = near.map_or(".".to_owned(), |near| format!("; did you mean `{near}`?"));
        let mut known = entry.names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        if entry.names.len() > NAMED_MAX {
            known += &format!(" and {} more (tools.search finds them)", entry.names.len() - NAMED_MAX);
        }
        let message = format!("{} has no tool `{name}`{near} Its tools are {known}", entry.legal);
        ToolError { code: "unknown_tool".to_owned(), data: Value::Null, message }
    }
}

/// Names that an error lists.
const NAMED_MAX: usize = 30;

impl Entry {
    fn new(server: &ServerTools, legal: String) -> Self {
        let names = names::for_members(server.tools.iter().map(|tool| tool.name.as_str()));
        let mut by_name: HashMap<String, usize> = HashMap::with_capacity(names.len());
        for (place, tool) in server.tools.iter().enumerate() {
            by_name.entry(tool.name.clone()).or_insert(place);
        }
        by_name.extend(names.iter().enumerate().map(|(place, name)| (name.clone(), place)));
        Self { legal, by_name, facts: names.iter().map(|_| OnceLock::new()).collect(), names }
    }
}

/// One tool of a catalog.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    catalog: &'a Catalog,
    server: usize,
    tool: usize,
}

impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.server(), self.name())
    }
}

impl<'a> Found<'a> {
    /// What the server says of it.
    pub fn tool(&self) -> &'a Tool {
        &self.catalog.servers[self.server].tools[self.tool]
    }

    /// The legal name of its server.
    pub fn server(&self) -> &'a str {
        &self.catalog.entries[self.server].legal
    }

    /// Its legal name.
    pub fn name(&self) -> &'a str {
        &self.catalog.entries[self.server].names[self.tool]
    }

    /// `server.tool`, in legal names.
    pub fn path(&self) -> String {
        format!("{}.{}", self.server(), self.name())
    }

    /// Legal names of its parameters, in the order of positional arguments: required ones first.
    pub fn parameter_names(&self) -> &'a [String] {
        &self.facts().parameter_names
    }

    /// The first sentence of its description.
    pub fn summary(&self, chars_max: usize) -> String {
        text::first_sentence(&self.tool().description, chars_max)
    }

    fn parameters(&self) -> &'a Parameters {
        &self.facts().parameters
    }

    fn facts(&self) -> &'a Facts {
        self.catalog.entries[self.server].facts[self.tool].get_or_init(|| {
            let parameters = shape::parameters(&self.tool().input_schema);
            let parameter_names =
                names::for_members(parameters.fields.iter().map(|field| field.name.as_str()));
            Facts { parameters, parameter_names }
        })
    }
}
