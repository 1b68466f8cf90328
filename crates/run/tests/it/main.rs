//! What a run is, tested below every engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod artifacts;
mod catalog;
mod network;
mod output;
mod packages;
mod policy;
mod retry;
mod runner;
mod script;
mod servers;
mod session;
