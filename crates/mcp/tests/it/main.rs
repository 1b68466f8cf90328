//! Tests of everything that says MCP.

mod hub;
mod hub_config;
mod hub_real;
mod hub_remote;
mod hub_support;
mod hub_trust;
