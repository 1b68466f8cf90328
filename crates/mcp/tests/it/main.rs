//! Tests of everything that says MCP.

mod hub;
mod hub_remote;
mod hub_support;
mod hub_trust;
