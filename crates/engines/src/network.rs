//! The network of a sandbox: a proxy outside, and inside nothing but the socket that leads to it.
//!
//! Reading order: [`inside`] (the socket, made in the sandbox's empty network namespace; a socket keeps its namespace, so
//! the proxy accepts on it from outside and no process has to carry bytes), [`environment`] (how programs find it),
//! `serve` (one connection), `http` and `socks` (what is asked), `outside` and `dial` (the judged address is the one that
//! is connected to), `tunnel` (bytes, and the name that a client states inside), [`bounds`] and [`traffic`].
//!
//! What may be reached is decided by [`codemode_run::network`].

pub mod bounds;
pub mod environment;
pub mod inside;
pub mod opening;
pub mod outside;
pub mod traffic;

mod dial;
mod http;
mod refusal;
mod secret;
mod serve;
mod socks;
mod tunnel;

use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use codemode_run::network::Network;
use tokio_util::task::AbortOnDropHandle;

pub use bounds::Bounds;
pub use environment::{NODE_PRELOAD, PYTHON_PRELOAD, environment};
pub use inside::{PROXY_PORT, listen_inside};
pub use outside::{Outside, System};
pub use secret::Secret;
pub use traffic::Traffic;

use serve::Shared;

/// The proxy of one guest. Dropping it ends every connection through it.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

/// What a proxy is made of.
#[derive(Debug, Clone)]
pub struct ProxyOptions {
    /// Its bounds.
    pub bounds: Bounds,
    /// What may be reached.
    pub network: Network,
    /// How names are resolved and connections made.
    pub outside: Arc<dyn Outside>,
    /// What clients have to know.
    pub secret: Secret,
}

impl Proxy {
    /// Serves whoever connects to `listener`, a TCP socket that listens in any network namespace. Needs a tokio runtime.
    pub fn serve(listener: OwnedFd, options: ProxyOptions) -> io::Result<Self> {
        let listener = TcpListener::from(listener);
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let shared = Arc::new(Shared::new(options));
        let task = tokio::spawn(serve::accept(listener, Arc::clone(&shared)));
        Ok(Self { shared, _task: AbortOnDropHandle::new(task) })
    }

    /// What went through it since it was made or since this was last called.
    pub fn take_traffic(&self) -> Traffic {
        self.shared.counters.take()
    }
}
