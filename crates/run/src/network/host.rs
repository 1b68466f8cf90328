//! The host part of a destination in one form, however it was written.

use std::fmt;
use std::net::IpAddr;

/// A host: an address or a name in lower case, punycode and without its last dot.
///
/// `127.1`, `0x7f000001`, `2130706433`, `%31%32%37.0.0.1` and `[::ffff:127.0.0.1]` are all the address 127.0.0.1, as
/// they are to whoever would connect to them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// An address; one that only maps an IPv4 address is that address.
    Address(IpAddr),
    /// A name that has to be resolved.
    Name(String),
}

/// Longest name in characters, RFC 1035.
const NAME_CHARS_MAX: usize = 253;
/// Longest part of a name in characters, RFC 1035.
const LABEL_CHARS_MAX: usize = 63;

impl Host {
    /// Reads a host as it stands in a URL, with brackets around an IPv6 address or without.
    pub fn parse(text: &str) -> Result<Self, BadHost> {
        let bad = || BadHost(text.chars().take(NAME_CHARS_MAX).collect());
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(address.to_canonical()));
        }
        match url::Host::parse(text).map_err(|_| bad())? {
            url::Host::Ipv4(address) => Ok(Self::Address(IpAddr::V4(address))),
            url::Host::Ipv6(address) => Ok(Self::Address(IpAddr::V6(address).to_canonical())),
            url::Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(&name);
                let fits = |label: &str| (1..=LABEL_CHARS_MAX).contains(&label.len());
                let whole = name.len() <= NAME_CHARS_MAX && name.split('.').all(fits) && name.is_ascii();
                if whole { Ok(Self::Name(name.to_owned())) } else { Err(bad()) }
            }
        }
    }

    /// `example.com:443`, `[::1]:443`.
    pub fn with_port(&self, port: u16) -> String {
        match self {
            Self::Address(IpAddr::V6(address)) => format!("[{address}]:{port}"),
            other => format!("{other}:{port}"),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A text that is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a host name nor an address")]
pub struct BadHost(pub String);
