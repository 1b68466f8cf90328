//! The bounds of a proxy. Everything that a program could make grow has one.

use std::time::Duration;

/// How much a guest may ask of its proxy. What it holds at most is about `connections_max` times the two relay buffers
/// and two heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Addresses of a name that are tried.
    pub addresses_max: usize,
    /// How long it may take to resolve a name and connect.
    pub connect_within: Duration,
    /// Connections at once; further ones wait to be accepted.
    pub connections_max: usize,
    /// Longest head of a request or response, and longest start of a tunnel that is looked at, in bytes.
    pub head_bytes_max: usize,
    /// How long a client may take to send a head, and how long it may keep a connection between two requests.
    pub head_within: Duration,
    /// How long a connection lives without a byte from or to the outside.
    pub idle: Duration,
    /// Bytes that are carried at a time in each direction.
    pub relay_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            addresses_max: 8,
            connect_within: Duration::from_secs(15),
            connections_max: 128,
            head_bytes_max: 64 << 10,
            head_within: Duration::from_secs(20),
            idle: Duration::from_secs(300),
            relay_bytes: 64 << 10,
        }
    }
}

/// Headers of a request or response.
pub const HEADERS_MAX: usize = 128;

/// Refused destinations that [`Traffic`](super::Traffic) names.
pub const REFUSALS_KEPT: usize = 16;
