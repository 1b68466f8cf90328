//! What a program may reach. Pure: a name or an address in, a verdict out; nothing is resolved here.
//!
//! A name is judged twice: by what it is called before it is resolved ([`Network::review`]), and by every address that
//! it resolves to ([`Network::review_address`]). Whoever connects has to use an address that was judged.

mod address;
mod hint;
mod host;
mod rule;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

pub use address::AddressClass;
pub use hint::hint;
pub use host::{BadHost, Host};
pub use rule::{BadHostRule, HostRule};

/// How much of the network a program may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkMode {
    /// Everything that this machine reaches.
    Full,
    /// The hosts that the user lists.
    Hosts,
    /// Nothing.
    None,
    /// Any public address.
    Public,
}

impl NetworkMode {
    /// Every mode, from nothing to everything.
    pub const ALL: [Self; 4] = [Self::None, Self::Hosts, Self::Public, Self::Full];

    /// The name in settings and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Hosts => "hosts",
            Self::None => "none",
            Self::Public => "public",
        }
    }
}

impl fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown network mode `{0}`; use none, hosts, public or full")]
pub struct UnknownNetworkMode(pub String);

impl FromStr for NetworkMode {
    type Err = UnknownNetworkMode;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name() == word)
            .ok_or_else(|| UnknownNetworkMode(word.to_owned()))
    }
}

/// The rules for one program's network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// What the mode `hosts` lets pass. Other modes do not look at it.
    pub hosts: Vec<HostRule>,
    /// How much may be reached.
    pub mode: NetworkMode,
}

/// Names that clouds give to the service that hands a machine its keys.
const METADATA_NAMES: &[&str] = &[
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
    "metadata.azure.internal",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.tencentyun.com",
];

impl Network {
    /// Reads the settings `network.mode` and `network.hosts`.
    pub fn new<T: AsRef<str>>(mode: NetworkMode, hosts: &[T]) -> Result<Self, BadHostRule> {
        let hosts = hosts.iter().map(|entry| entry.as_ref().parse()).collect::<Result<_, _>>()?;
        Ok(Self { hosts, mode })
    }

    /// A mode without a list.
    pub fn of(mode: NetworkMode) -> Self {
        Self { hosts: Vec::new(), mode }
    }

    /// What can be said of a destination before its name is resolved.
    pub fn review(&self, host: &Host, port: u16) -> Result<(), Denied> {
        match (self.mode, host) {
            (NetworkMode::None, _) => Err(Denied {
                mend: "ask the user to set network.mode to hosts or public".to_owned(),
                message: format!("network.mode is none and {} cannot be reached", host.with_port(port)),
            }),
            (NetworkMode::Hosts, _) if !self.lists(host, port) => Err(self.not_listed(host, port)),
            (NetworkMode::Public, Host::Name(name)) if names_this_machine(name) => {
                Err(self.wrong_class(host, port, AddressClass::Loopback))
            }
            (NetworkMode::Public | NetworkMode::Full, Host::Name(name)) if is_metadata_name(name) => {
                Err(self.wrong_class(host, port, AddressClass::Metadata))
            }
            (_, Host::Address(address)) => self.review_address(host, *address, port),
            (_, Host::Name(_)) => Ok(()),
        }
    }

    /// What is said of an address that `host` resolved to, or that it is.
    ///
    /// A name that is listed in full may resolve to a private address, because whoever listed it knows where it leads.
    /// One that a wildcard covers may not: anybody may own a name below it. Stranger addresses than private ones have
    /// to be listed themselves.
    pub fn review_address(&self, host: &Host, address: IpAddr, port: u16) -> Result<(), Denied> {
        let class = AddressClass::of(address);
        let allowed = match self.mode {
            NetworkMode::None => false,
            NetworkMode::Full => class != AddressClass::Metadata,
            NetworkMode::Public => class == AddressClass::Public,
            NetworkMode::Hosts => {
                let named = self.hosts.iter().any(|rule| rule.is_exactly(host, port));
                class == AddressClass::Public
                    || (named && matches!(class, AddressClass::Loopback | AddressClass::Private))
                    || self.hosts.iter().any(|rule| rule.is_exactly(&Host::Address(address), port))
            }
        };
        if allowed { Ok(()) } else { Err(self.wrong_class(host, port, class)) }
    }

    /// What is said of the server's name that a client states inside its connection: TLS server name or HTTP host.
    ///
    /// A server of many names would else answer for one that is not listed behind the name of one that is.
    pub fn review_stated(&self, host: &Host, port: u16, stated: Option<&Host>) -> Result<(), Denied> {
        let fits = match (self.mode, host, stated) {
            (NetworkMode::Full | NetworkMode::Public, _, _) | (_, Host::Address(_), None) => true,
            (NetworkMode::None, _, _) | (_, Host::Name(_), None) => false,
            (NetworkMode::Hosts, Host::Name(_), Some(stated)) => stated == host,
            (NetworkMode::Hosts, Host::Address(_), Some(stated)) => {
                stated == host || self.lists(stated, port)
            }
        };
        if fits {
            return Ok(());
        }
        let stated = stated.map_or_else(|| "no name".to_owned(), |name| format!("the name {name}"));
        Err(Denied {
            mend: "connect to the name that is meant".to_owned(),
            message: format!(
                "network.mode is {} and the connection to {} asks its server for {stated}",
                self.mode,
                host.with_port(port)
            ),
        })
    }

    /// The same for an address that is this machine's own, although it looks public.
    pub fn denied_this_machine(&self, host: &Host, port: u16) -> Denied {
        self.wrong_class(host, port, AddressClass::Loopback)
    }

    /// True when the list has a rule for this destination.
    pub fn lists(&self, host: &Host, port: u16) -> bool {
        self.hosts.iter().any(|rule| rule.covers(host, port))
    }

    fn not_listed(&self, host: &Host, port: u16) -> Denied {
        let destination = host.with_port(port);
        let listed: Vec<String> = self.hosts.iter().take(LISTED_MAX).map(ToString::to_string).collect();
        let listed = if listed.is_empty() { "nothing".to_owned() } else { listed.join(", ") };
        let more = if self.hosts.len() > LISTED_MAX { ", ..." } else { "" };
        Denied {
            mend: format!(
                "listed: {listed}{more}; ask the user to add \"{destination}\" to network.hosts if it is needed"
            ),
            message: format!("network.mode is hosts and {destination} is not listed"),
        }
    }

    fn wrong_class(&self, host: &Host, port: u16, class: AddressClass) -> Denied {
        let destination = host.with_port(port);
        let verb = if matches!(host, Host::Address(_)) { "is" } else { "leads to" };
        let mend = match self.mode {
            NetworkMode::Full => "list its address with network.mode hosts if it is really needed".to_owned(),
            NetworkMode::Hosts if matches!(host, Host::Address(_)) => {
                "only an address that is listed itself passes".to_owned()
            }
            NetworkMode::Hosts => {
                "a name that is listed in full may be a loopback or private address, any other only when the \
                 address itself is listed"
                    .to_owned()
            }
            NetworkMode::None | NetworkMode::Public => format!(
                "only public addresses pass; the user can set network.mode to hosts and list \"{destination}\""
            ),
        };
        Denied {
            mend,
            message: format!("network.mode is {} and {destination} {verb} {}", self.mode, class.describe()),
        }
    }
}

/// Rules that a refusal names.
const LISTED_MAX: usize = 8;

fn names_this_machine(name: &str) -> bool {
    let last = name.rsplit('.').next();
    last == Some("localhost") || name == "localhost.localdomain" || name.starts_with("ip6-localhost")
}

fn is_metadata_name(name: &str) -> bool {
    METADATA_NAMES.contains(&name)
}

/// Why a destination is not reached. It names what the program asked for, never an address that a name resolved to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("codemode: {message}; {mend}")]
pub struct Denied {
    /// What to do instead.
    pub mend: String,
    /// What is wrong.
    pub message: String,
}
