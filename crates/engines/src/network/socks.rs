//! SOCKS5 (RFC 1928) with a user and a password (RFC 1929); of its commands only CONNECT.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::dial::{Target, dial};
use super::refusal::Refusal;
use super::serve::Shared;
use super::traffic::Activity;
use super::tunnel;

const NO_METHOD: u8 = 0xff;
const PASSWORD: u8 = 2;
const CONNECT: u8 = 1;

pub(crate) async fn serve(shared: &Shared, mut stream: TcpStream, activity: &Arc<Activity>) {
    let asked = timeout(shared.bounds.head_within, ask(shared, &mut stream)).await;
    let Ok(Ok(Some(asked))) = asked else { return };
    let dialled = match asked {
        Ok(target) => dial(shared, &target, activity).await.map(|upstream| (target, upstream)),
        Err(refusal) => Err(refusal),
    };
    match dialled {
        Ok((target, upstream)) => {
            if reply(&mut stream, 0).await.is_ok() {
                tunnel::carry(shared, &target, stream, Bytes::new(), upstream).await;
            }
        }
        Err(refusal) => {
            let _ = reply(&mut stream, refusal.socks_code()).await;
        }
    }
}

/// Reads up to the request. `None` when the client was turned away before it.
async fn ask(shared: &Shared, stream: &mut TcpStream) -> io::Result<Option<Result<Target, Refusal>>> {
    let _version = stream.read_u8().await?;
    let methods = read_counted(stream).await?;
    if !methods.contains(&PASSWORD) {
        shared.counters.note_unauthorized();
        stream.write_all(&[5, NO_METHOD]).await?;
        return Ok(None);
    }
    stream.write_all(&[5, PASSWORD]).await?;
    if stream.read_u8().await? != 1 {
        return Ok(None);
    }
    let user = read_counted(stream).await?;
    let password = read_counted(stream).await?;
    if !shared.secret.admits(&user, &password) {
        shared.counters.note_unauthorized();
        stream.write_all(&[1, 1]).await?;
        return Ok(None);
    }
    stream.write_all(&[1, 0]).await?;
    request(stream).await.map(Some)
}

async fn request(stream: &mut TcpStream) -> io::Result<Result<Target, Refusal>> {
    let [version, command, _, kind] = read_array(stream).await?;
    let host = match kind {
        1 => Ipv4Addr::from(read_array::<4>(stream).await?).to_string(),
        3 => String::from_utf8_lossy(&read_counted(stream).await?).into_owned(),
        4 => Ipv6Addr::from(read_array::<16>(stream).await?).to_string(),
        _ => return Ok(Err(Refusal::Unsupported("this kind of address"))),
    };
    let port = stream.read_u16().await?;
    Ok(match (version, command) {
        (5, CONNECT) => Target::new(&host, port),
        (5, _) => Err(Refusal::Unsupported("only CONNECT is done")),
        _ => Err(Refusal::Bad("not SOCKS5")),
    })
}

async fn read_counted(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn read_array<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// The address that a reply carries is the unspecified one: where we connect from is nobody's business.
async fn reply(stream: &mut TcpStream, code: u8) -> io::Result<()> {
    stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await
}
