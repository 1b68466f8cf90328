//! Everything that says MCP. The only crate that knows rmcp.
//!
//! Reading order: [`tools`] (what is offered), [`serve`] (the transports), `server` (one request from its arguments to
//! its result), [`present`] (a report as text, JSON and content blocks), [`hub`] (the connections to other servers).

mod client_person;
mod desk;
pub mod hub;
pub mod present;
pub mod serve;
mod server;
#[cfg_attr(not(target_os = "linux"), path = "stdio_threads.rs")]
mod stdio;
pub mod tools;

pub use client_person::ClientPerson;
pub use hub::{Hub, HubOptions};
pub use serve::{ServeError, serve_stdio, serve_stream};
pub use server::{Configure, ServerOptions};
pub use tools::{ToolName, UnknownTool, parse_tools};
