//! HTTP/1 from inside: CONNECT, and requests with an absolute `http://` target.
//!
//! A request is parsed, judged and written anew, so that nothing in it can be read in two ways.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

use super::bounds::{Bounds, HEADERS_MAX};
use super::dial::{Target, dial};
use super::refusal::Refusal;
use super::serve::Shared;
use super::traffic::{Activity, Counted};
use super::tunnel;

type Reply = Response<UnsyncBoxBody<Bytes, hyper::Error>>;

/// What a connection turns into after its last request.
enum Onward {
    Tunnel { client: OnUpgrade, target: Target, upstream: Counted },
    Upgrade { client: OnUpgrade, upstream: OnUpgrade, _connection: AbortOnDropHandle<()> },
}

type Slot = Mutex<Option<Onward>>;

/// Smallest buffer that the HTTP library takes.
const BUFFER_BYTES_MIN: usize = 8 << 10;

fn head_bytes(bounds: &Bounds) -> usize {
    bounds.head_bytes_max.max(BUFFER_BYTES_MIN)
}

pub(crate) async fn serve(shared: &Arc<Shared>, stream: TcpStream, activity: &Arc<Activity>) {
    let slot = Arc::new(Slot::default());
    let service = service_fn(|request| {
        let (shared, activity, slot) = (Arc::clone(shared), Arc::clone(activity), Arc::clone(&slot));
        async move { Ok::<_, Infallible>(answer(&shared, &activity, &slot, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .header_read_timeout(shared.bounds.head_within)
        .max_buf_size(head_bytes(&shared.bounds))
        .max_headers(HEADERS_MAX)
        .preserve_header_case(true)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a program's connection to the proxy broke");
    }
    let onward = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(onward) = onward
        && let Err(error) = go_on(shared, onward).await
    {
        tracing::debug!(%error, "a program's tunnel broke");
    }
}

async fn go_on(shared: &Shared, onward: Onward) -> io::Result<()> {
    match onward {
        Onward::Tunnel { client, target, upstream } => {
            let (client, early) = whole(client).await?;
            tunnel::carry(shared, &target, client, early, upstream).await;
            Ok(())
        }
        Onward::Upgrade { client, upstream, .. } => {
            let (client, early) = whole(client).await?;
            let upstream = upstream.await.map_err(io::Error::other)?;
            tunnel::plain(shared, client, early, TokioIo::new(upstream)).await
        }
    }
}

/// The client's connection itself, and what was read from it too early.
async fn whole(upgrade: OnUpgrade) -> io::Result<(TcpStream, Bytes)> {
    let upgraded: Upgraded = upgrade.await.map_err(io::Error::other)?;
    let parts = upgraded
        .downcast::<TokioIo<TcpStream>>()
        .map_err(|_| io::Error::other("the connection is not the one that was given"))?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

async fn answer(shared: &Shared, activity: &Arc<Activity>, slot: &Slot, request: Request<Incoming>) -> Reply {
    let answered = match authorize(shared, request.headers()) {
        Err(refusal) => Err(refusal),
        Ok(()) if request.method() == Method::CONNECT => connect(shared, activity, slot, request).await,
        Ok(()) => forward(shared, activity, slot, request).await,
    };
    answered.unwrap_or_else(|refusal| refused(&refusal))
}

fn authorize(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut given = headers.get_all(header::PROXY_AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (Some(only), None) if shared.secret.admits_basic(only.as_bytes()) => Ok(()),
        _ => {
            shared.counters.note_unauthorized();
            Err(Refusal::Unauthorized)
        }
    }
}

/// The reason is in the status line too: most clients show nothing else of a CONNECT that failed.
fn refused(refusal: &Refusal) -> Reply {
    let text = refusal.to_string();
    let mut response =
        Response::new(Full::from(format!("{text}\n")).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = refusal.status();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(reason) = ReasonPhrase::try_from(text.into_bytes()) {
        response.extensions_mut().insert(reason);
    }
    if *refusal == Refusal::Unauthorized {
        let challenge = HeaderValue::from_static("Basic realm=\"codemode\"");
        response.headers_mut().insert(header::PROXY_AUTHENTICATE, challenge);
    }
    response
}

async fn connect(
    shared: &Shared,
    activity: &Arc<Activity>,
    slot: &Slot,
    mut request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let authority = request.uri().authority().ok_or(Refusal::Bad("CONNECT without a destination"))?;
    let target = target_of(authority, None)?;
    if let Some(host) = only(request.headers(), &header::HOST)?
        && target_of(&authority_in(host)?, Some(target.port))?.host != target.host
    {
        return Err(Refusal::Bad("Host is another one than the destination"));
    }
    let upstream = dial(shared, &target, activity).await?;
    let client = hyper::upgrade::on(&mut request);
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Onward::Tunnel { client, target, upstream });
    Ok(Response::new(empty()))
}

fn empty() -> UnsyncBoxBody<Bytes, hyper::Error> {
    Full::default().map_err(|never| match never {}).boxed_unsync()
}

async fn forward(
    shared: &Shared,
    activity: &Arc<Activity>,
    slot: &Slot,
    mut request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let target = destination(&request)?;
    check_framing(request.headers())?;
    let protocol = wanted_upgrade(request.headers());
    let upstream = dial(shared, &target, activity).await?;
    let client = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
    rewrite(&mut request, &target, protocol.as_ref());

    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(head_bytes(&shared.bounds))
        .max_headers(HEADERS_MAX)
        .preserve_header_case(true)
        .handshake(TokioIo::new(upstream))
        .await
        .map_err(|error| broke(&target, &error))?;
    let connection = AbortOnDropHandle::new(tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection to the outside broke");
        }
    }));
    let mut response = sender.send_request(request).await.map_err(|error| broke(&target, &error))?;
    remove_hop_by_hop(response.headers_mut());
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let (Some(client), Some(protocol)) = (client, protocol) else {
            return Err(Refusal::Unreachable(
                target.to_string(),
                "it changed the protocol without being asked",
            ));
        };
        let upstream = hyper::upgrade::on(&mut response);
        set_upgrade(response.headers_mut(), &protocol);
        *slot.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Onward::Upgrade { client, upstream, _connection: connection });
        return Ok(response.map(|_| empty()));
    }
    // The connection lives as long as the body that comes over it.
    Ok(response.map(|body| {
        body.map_frame(move |frame| {
            let _held = &connection;
            frame
        })
        .boxed_unsync()
    }))
}

fn broke(target: &Target, error: &hyper::Error) -> Refusal {
    let reason = if error.is_parse() { "its answer is not HTTP" } else { "the connection broke" };
    Refusal::Unreachable(target.to_string(), reason)
}

/// The target of an absolute request, which its `Host` has to agree with.
fn destination(request: &Request<Incoming>) -> Result<Target, Refusal> {
    let uri = request.uri();
    let authority = match (uri.scheme(), uri.authority()) {
        // Clients that speak WebSocket without a tunnel write its scheme.
        (Some(scheme), Some(authority)) if *scheme == Scheme::HTTP || scheme.as_str() == "ws" => authority,
        (Some(_), _) => return Err(Refusal::Unsupported("only http:// by request, https:// by CONNECT")),
        _ => return Err(Refusal::Bad("this is a proxy: the target has to be a whole URL")),
    };
    let target = target_of(authority, Some(HTTP_PORT))?;
    match only(request.headers(), &header::HOST)? {
        Some(host) if target_of(&authority_in(host)?, Some(HTTP_PORT))? == target => Ok(target),
        None if request.version() == Version::HTTP_10 => Ok(target),
        Some(_) => Err(Refusal::Bad("Host is another one than the URL's")),
        None => Err(Refusal::Bad("Host is missing")),
    }
}

const HTTP_PORT: u16 = 80;

fn authority_in(host: &HeaderValue) -> Result<Authority, Refusal> {
    Authority::try_from(host.as_bytes()).map_err(|_| Refusal::Bad("Host is no host"))
}

fn target_of(authority: &Authority, default: Option<u16>) -> Result<Target, Refusal> {
    let host = authority.host();
    let rest = authority.as_str().strip_prefix(host).ok_or(Refusal::Bad("a user name in the destination"))?;
    let port = match rest.strip_prefix(':').unwrap_or(rest) {
        "" => default.ok_or(Refusal::Bad("the destination has no port"))?,
        digits => digits.parse().map_err(|_| Refusal::Bad("the destination's port is no port"))?,
    };
    Target::new(host, port)
}

/// The value of a header that must not be there twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Refusal::Bad("a header that may be there once is there twice")),
        (only, None) => Ok(only),
    }
}

/// Refuses what two readers could cut at different places (RFC 9112, 11.2). Of a request with both a length and a coding
/// the HTTP library has thrown the length away by now, and what we write has one reading only.
fn check_framing(headers: &HeaderMap) -> Result<(), Refusal> {
    only(headers, &header::CONTENT_LENGTH)?;
    match only(headers, &header::TRANSFER_ENCODING)? {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") => {
            Err(Refusal::Unsupported("a Transfer-Encoding other than chunked"))
        }
        _ => Ok(()),
    }
}

/// WebSocket is the one protocol that may take a connection over: in HTTP/2 a client could name any host afterwards.
fn wanted_upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let protocol = headers.get(header::UPGRADE)?;
    let wanted = protocol.as_bytes().eq_ignore_ascii_case(b"websocket")
        && tokens(headers).any(|token| token == "upgrade");
    wanted.then(|| protocol.clone())
}

/// What `Connection` names, in lower case.
fn tokens(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|token| token.trim().to_ascii_lowercase())
}

/// Headers that are about one connection only (RFC 9110, 7.6.1), and `Expect`, which we answer ourselves.
const HOP_BY_HOP: &[HeaderName] = &[
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
/// The same without a constant of the library's.
const HOP_BY_HOP_WORDS: &[&str] = &["keep-alive", "proxy-connection"];
/// What `Connection` cannot take away: the request would say something else without it.
const KEPT: &[HeaderName] = &[header::CONTENT_LENGTH, header::HOST];

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = tokens(headers).filter_map(|token| token.parse().ok()).collect();
    for name in named.iter().filter(|name| !KEPT.contains(name)) {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    for name in HOP_BY_HOP_WORDS {
        headers.remove(*name);
    }
}

fn set_upgrade(headers: &mut HeaderMap, protocol: &HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, protocol.clone());
}

/// Makes of a proxy's request a server's.
fn rewrite(request: &mut Request<Incoming>, target: &Target, protocol: Option<&HeaderValue>) {
    remove_hop_by_hop(request.headers_mut());
    if let Some(protocol) = protocol {
        set_upgrade(request.headers_mut(), protocol);
    }
    let host = if target.port == HTTP_PORT { host_alone(target) } else { target.to_string() };
    if let Ok(host) = HeaderValue::try_from(host) {
        request.headers_mut().insert(header::HOST, host);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    *request.version_mut() = Version::HTTP_11;
}

fn host_alone(target: &Target) -> String {
    let whole = target.to_string();
    whole.strip_suffix(&format!(":{HTTP_PORT}")).map_or_else(|| whole.clone(), str::to_owned)
}
