#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the helpers of tests are outside of test functions"
)]
//! MCP as a client sees it: whole messages over a pair of byte streams, with an engine that plays scripts.

mod direct;
mod hub;
mod hub_config;
mod hub_oauth;
mod hub_real;
mod hub_remote;
mod hub_support;
mod hub_trust;
mod kept;
mod lifecycle;
mod person;
mod protocol;
mod pyrunner;
mod resources;
mod results;
mod schema;
mod script;
mod streaming;
mod wire;
