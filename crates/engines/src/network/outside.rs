//! How a proxy reaches the outside. One way in the product; tests put their own names and servers in its place.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

/// Names, and connections to addresses.
#[async_trait]
pub trait Outside: Send + Sync + fmt::Debug {
    /// The addresses of a name, in the order to try them.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;

    /// A connection to exactly this address.
    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream>;

    /// True for an address of this machine's own, which a public one may be.
    fn is_this_machine(&self, address: IpAddr) -> bool;
}

/// This machine's resolver and network.
#[derive(Debug, Clone, Copy)]
pub struct System;

/// Look-ups at once in this process, of all proxies: each holds a thread until the system's resolver gives up.
const LOOKUPS_MAX: usize = 32;
static LOOKUPS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(LOOKUPS_MAX)));

#[async_trait]
impl Outside for System {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let permit = Arc::clone(&LOOKUPS).acquire_owned().await.map_err(io::Error::other)?;
        let name = name.to_owned();
        let lookup = move || {
            // Held by the thread and not by who waits for it: whoever gives up does not free it.
            let _permit = permit;
            (name.as_str(), 0).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect())
        };
        tokio::task::spawn_blocking(lookup).await.map_err(io::Error::other)?
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }

    /// A datagram socket that is connected sends nothing, but is bound to the address that packets would leave from:
    /// for an own address that is the address itself.
    fn is_this_machine(&self, address: IpAddr) -> bool {
        let any: IpAddr = match address {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let local = || -> io::Result<SocketAddr> {
            let socket = UdpSocket::bind((any, 0))?;
            socket.connect((address, 9))?;
            socket.local_addr()
        };
        local().is_ok_and(|local| local.ip() == address)
    }
}
