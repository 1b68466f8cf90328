//! Where code runs. Knows processes and interpreters, never MCP.
//!
//! Reading order: [`registry`] (which engines there are), [`guest`] (the protocol, its driver and the pool, written once),
//! [`direct`] (the smallest engine that starts a guest), [`init`] (the helper process beside every guest), [`jail`] (the
//! same guests inside a sandbox of the kernel), [`network`] (the proxy that is a sandbox's only way out),
//! [`packages`] (wheels into read-only layers).

pub mod direct;
pub mod guest;
mod helper;
pub mod init;
pub mod interpreter;
pub mod jail;
mod meter;
pub mod network;
pub mod packages;
pub mod registry;
pub mod room;
pub mod sandbox;

pub use init::helper_main;
pub use meter::Meter;
pub use registry::{EngineKind, EngineOptions, open};
