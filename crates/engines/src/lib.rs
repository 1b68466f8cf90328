//! Where code runs. Knows processes and interpreters, never MCP.
//!
//! Reading order: [`registry`] (which engines there are), [`guest`] (the protocol, its driver and the pool, written once),
//! [`direct`] (the smallest engine that starts a guest), [`init`] (the helper process beside every guest), [`network`]
//! (the proxy of a sandbox).

pub mod direct;
pub mod guest;
pub mod init;
pub mod interpreter;
pub mod network;
pub mod registry;

pub use init::helper_main;
pub use registry::{EngineKind, EngineOptions, NOT_IN_THIS_BUILD, UnknownEngine, open};
