#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests are outside of test functions"
)]
//! MCP as a client sees it: whole messages over a pair of byte streams, with an engine that plays scripts.

mod lifecycle;
mod protocol;
mod resources;
mod results;
mod schema;
mod script;
mod streaming;
mod wire;
