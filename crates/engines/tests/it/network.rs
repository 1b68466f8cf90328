//! The network of a sandbox: the proxy, and the socket inside that leads to it.

mod bench;
mod bounds;
mod http;
mod inside;
mod modes;
mod opening;
mod smuggling;
mod tunnels;
