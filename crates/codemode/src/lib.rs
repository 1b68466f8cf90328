//! The binary's parts: the command line, the settings, and the one place where everything is put together.
//!
//! Reading order: [`cli`] (commands), [`config`] (settings), [`compose`] (how the parts meet), [`configure`]
//! (settings as a model sees them), [`doctor`] (what works here), [`upstreams`] (the user's other MCP servers), [`setup`] (the configuration of clients), [`terminal`] (what a
//! person sees).

pub mod cli;
pub mod compose;
pub mod config;
pub mod configure;
pub mod doctor;
mod embedded;
pub mod paths;
pub mod setup;
pub mod spool;
pub mod terminal;
pub mod upstreams;
