//! The way out of a jail's own network: its socket comes out through a door, and a proxy of ours serves on it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use codemode_run::network::Network;
use tokio::io::Interest;
use tokio::net::UnixStream as TokioUnixStream;
use tokio_util::task::AbortOnDropHandle;

use crate::init::receive_descriptors;
use crate::network::{Bounds, PROXY_PORT, Proxy, ProxyOptions, Secret, System, environment};

/// A door that nothing came through yet.
pub(super) struct Door {
    /// Variables that lead programs to the proxy.
    pub(super) environment: Vec<(String, String)>,
    /// The end for the jail.
    pub(super) inner: OwnedFd,
    /// Serves what comes through. Dropping it ends every connection.
    pub(super) proxy: AbortOnDropHandle<()>,
}

/// Opens the door of one jail. Nobody waits for its socket: what a program asks before it is served just queues there.
pub(super) fn open(network: &Network, bounds: &Bounds) -> io::Result<Door> {
    let (ours, inner) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let ours = TokioUnixStream::from_std(ours)?;
    let secret = Secret::new()?;
    let environment = environment(PROXY_PORT, &secret, network);
    let proxy = tokio::spawn(serve(
        ours,
        ProxyOptions { bounds: bounds.clone(), network: network.clone(), outside: Arc::new(System), secret },
    ));
    Ok(Door { environment, inner: inner.into(), proxy: AbortOnDropHandle::new(proxy) })
}

async fn serve(door: TokioUnixStream, options: ProxyOptions) {
    // A jail that was never made hands nothing out, and says why elsewhere.
    let Ok(Some(listener)) = listener(&door).await else { return };
    match Proxy::serve(listener, options) {
        Ok(_proxy) => std::future::pending().await,
        Err(error) => tracing::error!(%error, "a jail's network cannot be served"),
    }
}

async fn listener(door: &TokioUnixStream) -> io::Result<Option<OwnedFd>> {
    loop {
        door.readable().await?;
        match door.try_io(Interest::READABLE, || receive_descriptors(door.as_fd())) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            received => return Ok(received?.pop()),
        }
    }
}
