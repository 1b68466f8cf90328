//! Reads the servers that a user configured, in the shapes that clients write: pasted as they are, they work.
//!
//! Pure: a text and the environment in, servers and warnings out.

mod entry;
mod expand;
mod shape;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::rules::Rules;

pub use shape::{Format, parse as parse_document};

/// Servers that one file may name.
pub const SERVERS_MAX: usize = 200;

/// How long a server may take to answer its first request, unless it says otherwise: `npx` may download it first.
pub const STARTUP: Duration = Duration::from_secs(60);

/// How long one call may take, unless the server's entry says otherwise.
pub const CALL: Duration = Duration::from_secs(300);

/// One configured server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Its name, as the file has it.
    pub name: String,
    /// How to use it, or why it is not used.
    pub setup: Result<Setup, String>,
}

/// How one server is reached and used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// How long one call may take.
    pub call: Duration,
    /// Where it is.
    pub endpoint: Endpoint,
    /// How its tools are offered.
    pub mode: Mode,
    /// Which of its tools may be called, and how.
    pub rules: Rules,
    /// How long it may take to be ready.
    pub startup: Duration,
}

/// How the tools of a server are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Both ways.
    Both,
    /// As functions inside programs.
    #[default]
    Code,
    /// As tools of our own, passed through.
    Direct,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Over HTTP.
    Http {
        /// Headers of every request.
        headers: BTreeMap<String, Secret>,
        /// Which of the two protocols.
        kind: HttpKind,
        /// Its address.
        url: Secret,
    },
    /// A process of ours, on its stdin and stdout.
    Stdio {
        /// Its arguments.
        arguments: Vec<Secret>,
        /// The program.
        command: String,
        /// Variables beside those of our own environment.
        environment: BTreeMap<String, Secret>,
        /// The folder that it works in; ours when absent.
        folder: Option<PathBuf>,
    },
}

/// The two ways to speak MCP over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpKind {
    /// Streamable HTTP, and the older one where the server knows only that.
    Either,
    /// The older HTTP+SSE.
    Sse,
    /// Streamable HTTP.
    Streamable,
}

/// A text that may hold a secret: it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    hidden: bool,
}

impl Secret {
    /// A text that hides nothing.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), hidden: false }
    }

    /// A text to hide wherever it may show up.
    pub fn hidden(text: impl Into<String>) -> Self {
        Self { text: text.into(), hidden: true }
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// True when it is to be hidden from messages.
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden { f.write_str("***") } else { write!(f, "{:?}", self.text) }
    }
}

/// What a file is read with.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Reads an `envFile`.
    pub files: &'a dyn Fn(&Path) -> std::io::Result<String>,
    /// The user's home folder, `${userHome}`.
    pub home: &'a Path,
    /// The environment.
    pub variables: &'a BTreeMap<String, String>,
    /// The folder of the project, `${workspaceFolder}`.
    pub workspace: &'a Path,
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment holds secrets.
        f.debug_struct("Surroundings").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

/// The servers of a file, and what in it was passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Servers {
    /// The servers, in the order of the file.
    pub servers: Vec<ServerConfig>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A file that is not readable, or holds no servers in any known shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableServers(String);

/// Reads the servers of one file.
pub fn read(text: &str, format: Format, around: &Surroundings<'_>) -> Result<Servers, UnreadableServers> {
    let document = shape::parse(text, format)?;
    let found = shape::find(&document, around.workspace)?;
    let mut servers = Servers::default();
    for (name, entry) in found.entries {
        if servers.servers.len() == SERVERS_MAX {
            servers.warnings.push(format!("only the first {SERVERS_MAX} servers are used"));
            break;
        }
        let Value::Object(entry) = entry else {
            servers.warnings.push(format!("server `{name}` is no table of settings and is passed over"));
            continue;
        };
        let context = entry::Context { around, dialect: found.dialect, server: name };
        if let Some(setup) = context.read(entry, &mut servers.warnings) {
            servers.servers.push(ServerConfig { name: name.to_owned(), setup });
        }
    }
    Ok(servers)
}
