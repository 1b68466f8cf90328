//! What a run is, and how one goes. No sockets, no SQL, no MCP, no command line, no system calls.
//!
//! Reading order: [`program`] (what is asked), [`outcome`] (how it ended), [`engine`] and [`host`] (the two seams),
//! [`catalog`] (the upstream tools), [`policy`] (what is refused), [`network`] (what may be reached), [`output`] (what is kept of it), [`session`] (what
//! lives between runs), [`memory`] (what was learned), [`runner`] (the pipeline: the product on one screen), [`retry`] (what can be mended when
//! it failed), [`runs`] (runs that are going on or are
//! over).

pub mod artifacts;
pub mod catalog;
pub mod engine;
pub mod error;
pub mod host;
pub mod journal;
pub mod memory;
pub mod network;
pub mod outcome;
pub mod output;
pub mod packages;
pub mod policy;
pub mod program;
pub mod report;
pub mod retry;
pub mod runner;
pub mod runs;
pub mod session;

pub use catalog::{Catalog, Found, Observed, ServerState, ServerTools, Shapes, Tool};
pub use codemode_source::{Language, Last, UnknownLanguage};
pub use engine::{
    Engine, EngineError, Entry, Files, Isolation, Preload, Profile, Session, SessionSpec, Unavailable,
};
pub use error::RunError;
pub use host::{
    Block, Display, Event, Host, NoTools, OURSELVES, Stream, ToolCall, ToolError, ToolResult, Tools,
};
pub use journal::{Journal, Nothing};
pub use memory::{Added, Learning, Lesson, Memory, NewLearning, NoMemory, Recalled};
pub use network::{Network, NetworkMode};
pub use outcome::{Ending, Exception, KillCause, Outcome, Usage, Value};
pub use policy::{Policy, Refusal};
pub use program::{Limits, Program, RunRequest};
pub use report::{Report, ToolCallRecord};
pub use runner::{Choices, Runner, RunnerOptions};
pub use runs::{RunHandle, Runs};
