//! From a destination to a connection: judged, resolved, every address judged, and connected to one that was.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use codemode_run::network::{Denied, Host, NetworkMode};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::refusal::Refusal;
use super::serve::Shared;
use super::traffic::{Activity, Counted};

/// Where a client wants to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) host: Host,
    pub(crate) port: u16,
}

impl Target {
    pub(crate) fn new(host: &str, port: u16) -> Result<Self, Refusal> {
        let host =
            Host::parse(host).map_err(|_| Refusal::Bad("the destination is no host name or address"))?;
        if port == 0 { Err(Refusal::Bad("the destination has no port")) } else { Ok(Self { host, port }) }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host.with_port(self.port))
    }
}

/// Shortest time that one address gets when there are others to try.
const ATTEMPT_AT_LEAST: Duration = Duration::from_secs(2);

/// A connection to the target. There is no second look-up between the verdict and the connection.
pub(crate) async fn dial(
    shared: &Shared,
    target: &Target,
    activity: &Arc<Activity>,
) -> Result<Counted, Refusal> {
    let deadline = Instant::now() + shared.bounds.connect_within;
    let addresses = judged(shared, target, deadline).await.inspect_err(|refusal| {
        if let Refusal::Denied(denied) = refusal {
            tracing::info!(%target, %denied, "a program's connection was refused");
            shared.counters.note_refused(&target.to_string());
        }
    })?;
    let stream = connect(shared, target, &addresses, deadline).await?;
    let _ = stream.set_nodelay(true);
    Ok(Counted::new(stream, Arc::clone(&shared.counters), Arc::clone(activity)))
}

/// The addresses of a target that may be connected to, at least one.
async fn judged(shared: &Shared, target: &Target, deadline: Instant) -> Result<Vec<IpAddr>, Refusal> {
    shared.network.review(&target.host, target.port)?;
    let found = match &target.host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => timeout_at(deadline, shared.outside.resolve(name))
            .await
            .map_err(|_| Refusal::Late(target.to_string()))?
            .map_err(|_| Refusal::Unresolved(target.to_string()))?,
    };
    let mut allowed = Vec::new();
    let mut denied = None;
    for address in found.into_iter().map(|address| address.to_canonical()) {
        match judge(shared, target, address) {
            Ok(()) if allowed.len() < shared.bounds.addresses_max && !allowed.contains(&address) => {
                allowed.push(address);
            }
            Ok(()) => {}
            Err(reason) => denied = denied.or(Some(reason)),
        }
    }
    match (allowed.is_empty(), denied) {
        (false, _) => Ok(allowed),
        (true, Some(denied)) => Err(denied.into()),
        (true, None) => Err(Refusal::Unresolved(target.to_string())),
    }
}

fn judge(shared: &Shared, target: &Target, address: IpAddr) -> Result<(), Denied> {
    shared.network.review_address(&target.host, address, target.port)?;
    if shared.network.mode == NetworkMode::Public && shared.outside.is_this_machine(address) {
        return Err(shared.network.denied_this_machine(&target.host, target.port));
    }
    Ok(())
}

async fn connect(
    shared: &Shared,
    target: &Target,
    addresses: &[IpAddr],
    deadline: Instant,
) -> Result<TcpStream, Refusal> {
    let mut failure = Refusal::Late(target.to_string());
    for (place, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let rest = u32::try_from(addresses.len() - place).unwrap_or(1);
        let attempt = Instant::now() + left.min((left / rest).max(ATTEMPT_AT_LEAST));
        let connection = shared.outside.connect(SocketAddr::new(*address, target.port));
        match timeout_at(attempt, connection).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = Refusal::Unreachable(target.to_string(), reason(&error)),
            Err(_) => {}
        }
    }
    Err(failure)
}

fn reason(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no route to it",
        io::ErrorKind::TimedOut => "it did not answer",
        _ => "the connection failed",
    }
}
