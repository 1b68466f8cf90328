//! An entry of `network.hosts`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::host::Host;

/// A host, or every name below one, at one port or at any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    pattern: Pattern,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// Every name that ends in a dot and this one.
    Below(String),
    Exact(Host),
}

impl HostRule {
    /// True when the rule lets this destination pass.
    pub fn covers(&self, host: &Host, port: u16) -> bool {
        let inside = match (&self.pattern, host) {
            (Pattern::Below(parent), Host::Name(name)) => name
                .strip_suffix(parent.as_str())
                .is_some_and(|front| front.ends_with('.') && front.len() > 1),
            (Pattern::Below(_), Host::Address(_)) => false,
            (Pattern::Exact(exact), host) => exact == host,
        };
        inside && self.port.is_none_or(|listed| listed == port)
    }

    /// True when the rule names this host itself, not by a wildcard.
    pub fn is_exactly(&self, host: &Host, port: u16) -> bool {
        matches!(self.pattern, Pattern::Exact(_)) && self.covers(host, port)
    }

    /// True when the rule names this machine's own loopback.
    pub fn is_loopback(&self) -> bool {
        match &self.pattern {
            Pattern::Exact(Host::Address(address)) => address.is_loopback(),
            Pattern::Below(name) | Pattern::Exact(Host::Name(name)) => {
                name == "localhost" || name.ends_with(".localhost")
            }
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.pattern, self.port) {
            (Pattern::Below(parent), None) => write!(f, "*.{parent}"),
            (Pattern::Below(parent), Some(port)) => write!(f, "*.{parent}:{port}"),
            (Pattern::Exact(host), None) => host.fmt(f),
            (Pattern::Exact(host), Some(port)) => f.write_str(&host.with_port(port)),
        }
    }
}

/// An entry of `network.hosts` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("network.hosts entry `{entry}` {problem}")]
pub struct BadHostRule {
    /// The entry.
    pub entry: String,
    /// What is wrong with it, and what to write.
    pub problem: String,
}

impl FromStr for HostRule {
    type Err = BadHostRule;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        read(entry.trim()).map_err(|problem| BadHostRule { entry: entry.to_owned(), problem })
    }
}

fn read(entry: &str) -> Result<HostRule, String> {
    let problem = match entry {
        "" => Some("is empty; write NAME or NAME:PORT"),
        "*" => Some("stands for everything; set network.mode to public instead"),
        _ if entry.contains("://") => Some("is a URL; write its host only, as NAME or NAME:PORT"),
        _ if entry.contains('/') => {
            Some("has a path or a range; list hosts one by one, as NAME or NAME:PORT")
        }
        _ if entry.contains('@') => Some("has a user name; write the host only, as NAME or NAME:PORT"),
        _ if entry.contains(char::is_whitespace) => Some("has a space in it; list hosts one by one"),
        _ if entry.trim_start_matches("*.").contains('*') => {
            Some("has a `*` in an odd place; it stands for whole parts in front only, as *.example.org")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(problem.to_owned());
    }
    let (host, port) = split_port(entry)?;
    let parent = host.strip_prefix("*.");
    let parsed = Host::parse(parent.unwrap_or(host));
    match (parsed.map_err(|_| "is neither a host name nor an address".to_owned())?, parent) {
        (Host::Name(name), Some(_)) => Ok(HostRule { pattern: Pattern::Below(name), port }),
        (Host::Address(_), Some(_)) => {
            Err("has a `*` in front of an address; list addresses one by one".to_owned())
        }
        (host, None) => Ok(HostRule { pattern: Pattern::Exact(host), port }),
    }
}

/// `example.org:443`, `[::1]:443`; a bare IPv6 address has no port.
fn split_port(entry: &str) -> Result<(&str, Option<u16>), String> {
    if entry.parse::<Ipv6Addr>().is_ok() || entry.parse::<IpAddr>().is_ok() {
        return Ok((entry, None));
    }
    let end = entry.rfind(']').map_or(0, |end| end + 1);
    let Some(colon) = entry[end..].find(':').map(|place| place + end) else { return Ok((entry, None)) };
    let port = &entry[colon + 1..];
    let number =
        port.parse().ok().filter(|number| *number != 0 && port.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(number) => Ok((&entry[..colon], Some(number))),
        None => Err(format!("has the port `{port}`, which is no number from 1 to 65535")),
    }
}
