//! Connections from inside: accepted, bounded in number, and told apart by their first byte.

use std::sync::Arc;

use codemode_run::network::Network;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use super::bounds::Bounds;
use super::outside::Outside;
use super::secret::Secret;
use super::traffic::{Activity, Counters};
use super::{ProxyOptions, http, socks};

/// What every connection of a proxy knows.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) bounds: Bounds,
    pub(crate) counters: Arc<Counters>,
    pub(crate) network: Network,
    pub(crate) outside: Arc<dyn Outside>,
    pub(crate) secret: Secret,
}

impl Shared {
    pub(crate) fn new(options: ProxyOptions) -> Self {
        let ProxyOptions { bounds, network, outside, secret } = options;
        Self { bounds, counters: Arc::default(), network, outside, secret }
    }
}

/// How long to wait when the system has no descriptor left.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Accepts for ever. Dropping the future drops every connection.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(shared.bounds.connections_max));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    serve(&shared, stream).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::debug!(%error, "accepting a program's connection failed");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

/// The first byte of SOCKS5, RFC 1928.
const SOCKS5: u8 = 5;

async fn serve(shared: &Arc<Shared>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let peeked = timeout(shared.bounds.head_within, stream.peek(&mut first)).await;
    let Ok(Ok(1)) = peeked else { return };
    let activity = Arc::new(Activity::new());
    // Until something outside is connected the bounds on heads and on connecting hold; then this one does.
    let work = async {
        if first[0] == SOCKS5 {
            socks::serve(shared, stream, &activity).await;
        } else {
            http::serve(shared, stream, &activity).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = activity.idle(shared.bounds.idle) => tracing::debug!("an idle connection of a program was ended"),
    }
}
