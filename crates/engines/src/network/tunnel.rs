//! A tunnel: bytes both ways, after a look at what the client sends first.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use codemode_run::network::{Denied, NetworkMode};
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, copy_bidirectional_with_sizes, copy_buf,
};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::dial::Target;
use super::opening::Opening;
use super::serve::Shared;
use super::traffic::Counted;

/// Carries bytes until both sides are done. `early` is what the client already sent.
pub(crate) async fn carry(
    shared: &Shared,
    target: &Target,
    client: TcpStream,
    early: Bytes,
    upstream: Counted,
) {
    let ended = if shared.network.mode == NetworkMode::Hosts {
        watched(shared, target, client, early, upstream).await
    } else {
        plain(shared, client, early, upstream).await
    };
    if let Err(error) = ended {
        tracing::debug!(%target, %error, "a tunnel of a program ended early");
    }
}

/// Carries bytes of two connections that have agreed on a protocol of their own.
pub(crate) async fn plain(
    shared: &Shared,
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    early: Bytes,
    mut upstream: impl AsyncRead + AsyncWrite + Unpin,
) -> io::Result<()> {
    upstream.write_all(&early).await?;
    let size = shared.bounds.relay_bytes;
    copy_bidirectional_with_sizes(&mut client, &mut upstream, size, size).await?;
    Ok(())
}

/// The same, when the client's opening has to be looked at. The server may be the one that speaks first, so the other
/// direction goes on meanwhile.
async fn watched(
    shared: &Shared,
    target: &Target,
    mut client: TcpStream,
    early: Bytes,
    upstream: Counted,
) -> io::Result<()> {
    let size = shared.bounds.relay_bytes;
    let (mut from_client, mut to_client) = client.split();
    let (from_upstream, mut to_upstream) = tokio::io::split(upstream);
    let up = async {
        let seen = look(shared, target, &mut from_client, early).await?;
        to_upstream.write_all(&seen).await?;
        copy_buf(&mut BufReader::with_capacity(size, from_client), &mut to_upstream).await?;
        to_upstream.shutdown().await.map_err(Stop::from)
    };
    let down = async {
        copy_buf(&mut BufReader::with_capacity(size, from_upstream), &mut to_client).await?;
        to_client.shutdown().await.map_err(Stop::from)
    };
    let ended = tokio::try_join!(up, down);
    match ended {
        Ok(_) => Ok(()),
        Err(Stop::Io(error)) => Err(error),
        Err(Stop::Denied { denied, farewell }) => {
            tracing::info!(%target, %denied, "a program's connection was refused");
            shared.counters.note_refused(&target.to_string());
            farewell_to(&mut client, &farewell).await
        }
    }
}

/// Why a tunnel is not carried on.
enum Stop {
    Denied { denied: Denied, farewell: Vec<u8> },
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How long a client gets to read why its tunnel ends.
const FAREWELL_WITHIN: Duration = Duration::from_secs(1);

/// Says the last words and reads what is still coming, so that closing does not throw them away (RFC 9112, 9.6).
async fn farewell_to(client: &mut TcpStream, farewell: &[u8]) -> io::Result<()> {
    client.write_all(farewell).await?;
    client.shutdown().await?;
    let rest = async { while client.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {} };
    let _ = timeout(FAREWELL_WITHIN, rest).await;
    Ok(())
}

/// Reads until it is clear which server the client means, and returns what was read.
async fn look(
    shared: &Shared,
    target: &Target,
    client: &mut (impl AsyncRead + Unpin),
    early: Bytes,
) -> Result<Vec<u8>, Stop> {
    let mut seen = early.to_vec();
    if seen.is_empty() && client.read_buf(&mut seen).await? == 0 {
        return Ok(seen);
    }
    let bound = shared.bounds.head_bytes_max;
    let reading = async {
        loop {
            let opening = Opening::of(&seen);
            if opening != Opening::Incomplete || seen.len() > bound {
                return Ok::<_, io::Error>(opening);
            }
            if client.read_buf(&mut seen).await? == 0 {
                return Ok(Opening::Malformed);
            }
        }
    };
    let opening = timeout(shared.bounds.head_within, reading).await.unwrap_or(Ok(Opening::Incomplete))?;
    match judge(shared, target, &opening) {
        Ok(()) => Ok(seen),
        Err(denied) => Err(Stop::Denied { farewell: farewell(&opening, &denied), denied }),
    }
}

fn judge(shared: &Shared, target: &Target, opening: &Opening) -> Result<(), Denied> {
    let refuse = |what: &str| {
        Err(Denied {
            mend: "use HTTP or TLS with the name that is listed".to_owned(),
            message: format!("network.mode is {} and the connection to {target} {what}", shared.network.mode),
        })
    };
    match opening {
        Opening::Http(host) | Opening::Tls { server_name: host, hidden: false } => {
            shared.network.review_stated(&target.host, target.port, host.as_ref())
        }
        Opening::Tls { hidden: true, .. } => refuse("hides its server's name"),
        Opening::Incomplete => refuse("does not say its server's name in time"),
        Opening::Malformed => refuse("starts with a request that cannot be read"),
        Opening::Other => Ok(()),
    }
}

/// A fatal alert `unrecognized_name`, RFC 8446 section 6.
const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];

fn farewell(opening: &Opening, denied: &Denied) -> Vec<u8> {
    match opening {
        Opening::Tls { .. } => ALERT.to_vec(),
        _ => format!(
            "HTTP/1.1 403 {denied}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{denied}\n",
            denied.to_string().len() + 1
        )
        .into_bytes(),
    }
}
