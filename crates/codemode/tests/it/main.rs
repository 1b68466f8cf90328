//! The binary from outside, the documentation, and the shape of the workspace.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod config;
mod configure;
mod docs;
mod examples;
mod history;
mod keys;
mod learnings;
mod leftovers;
mod run;
mod serve;
mod setup;
mod support;
mod tidy;
