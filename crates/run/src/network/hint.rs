//! What to tell a program that ran into the wall around its network.

use super::NetworkMode;

/// Words in the errors of clients when a name cannot be resolved or a connection is not made: Python's `socket`, requests,
/// httpx, aiohttp and urllib, Node's `net` and `fetch`, curl.
const WORDS: &[&str] = &[
    "Could not resolve host",
    "Couldn't connect to server",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "Failed to establish a new connection",
    "Name or service not known",
    "NameResolutionError",
    "Network is unreachable",
    "No route to host",
    "Temporary failure in name resolution",
    "fetch failed",
    "getaddrinfo",
    "nodename nor servname provided",
];

/// Classes of exceptions that say the same.
const KINDS: &[&str] = &[
    "ClientConnectorDNSError",
    "ClientConnectorError",
    "ClientProxyConnectionError",
    "ConnectError",
    "ConnectionRefusedError",
    "NameResolutionError",
    "gaierror",
];

/// What to do about an exception (its class and text) that comes from the network, `None` for any other one.
///
/// A refusal of the proxy says itself why, so it gets no second explanation.
pub fn hint(kind: &str, message: &str, mode: NetworkMode) -> Option<String> {
    let class = kind.rsplit('.').next().unwrap_or(kind);
    let refused = message.contains("codemode: network.mode is");
    let about_network = KINDS.contains(&class) || WORDS.iter().any(|word| message.contains(word));
    if refused || !about_network {
        return None;
    }
    match mode {
        NetworkMode::Full => None,
        NetworkMode::None => Some(
            "this sandbox has no network (network.mode is none, or the isolation level has no way to let some through): \
             work with the data that is there, or ask the user to look at network.mode and `codemode doctor`"
                .to_owned(),
        ),
        NetworkMode::Hosts | NetworkMode::Public => Some(format!(
            "network.mode is {mode}: the sandbox reaches the network through an HTTP proxy only, and names are \
             resolved there. Clients that read HTTPS_PROXY work unchanged (requests, httpx, urllib, curl, fetch; \
             aiohttp with trust_env=True); raw sockets, DNS look-ups, UDP and ping do not"
        )),
    }
}
