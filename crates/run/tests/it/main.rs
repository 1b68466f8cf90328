//! What a run is, tested below every engine.

mod artifacts;
mod network;
mod output;
mod policy;
mod runner;
mod script;
mod session;
