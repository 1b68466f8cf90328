//! What a client sends first in a tunnel, and which server it means by it: the TLS server name (RFC 6066) or the HTTP
//! host. The bytes are hostile; reading them needs no more memory than they take.

use codemode_run::network::Host;

use super::bounds::HEADERS_MAX;

/// What the first bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// An HTTP/1 request with this `Host`.
    Http(Option<Host>),
    /// Not enough bytes to tell.
    Incomplete,
    /// It looks like TLS or HTTP, but breaks its rules.
    Malformed,
    /// Neither TLS nor HTTP/1.
    Other,
    /// A TLS ClientHello.
    Tls {
        /// True when it has a second, encrypted server name.
        hidden: bool,
        /// The server name that it states in the clear.
        server_name: Option<Host>,
    },
}

/// The record type of a TLS handshake.
const HANDSHAKE: u8 = 22;

impl Opening {
    /// Reads the first bytes of a connection.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes.first() {
            None => Self::Incomplete,
            Some(&HANDSHAKE) => tls(bytes),
            Some(_) => http(bytes),
        }
    }
}

/// Longest payload of a TLS record.
const RECORD_BYTES_MAX: usize = 1 << 14;
const CLIENT_HELLO: u8 = 1;

fn tls(bytes: &[u8]) -> Opening {
    match handshake(bytes) {
        Ok(None) => Opening::Incomplete,
        Ok(Some(hello)) => client_hello(&hello).unwrap_or(Opening::Malformed),
        Err(Broken) => Opening::Malformed,
    }
}

#[derive(Debug)]
struct Broken;

/// The first handshake message, put together from its records; `None` when it is not all there.
fn handshake(bytes: &[u8]) -> Result<Option<Vec<u8>>, Broken> {
    let mut message: Vec<u8> = Vec::new();
    let mut rest = bytes;
    loop {
        if let Some([kind, a, b, c]) = message.first_chunk::<4>() {
            let length = 4 + (usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c));
            if *kind != CLIENT_HELLO {
                return Err(Broken);
            }
            if message.len() >= length {
                // A hello that shares its last record with another message is none that a client sends.
                return if message.len() == length { Ok(Some(message.split_off(4))) } else { Err(Broken) };
            }
        }
        let Some((head, after)) = rest.split_first_chunk::<5>() else { return Ok(None) };
        let [kind, major, _, high, low] = *head;
        let length = usize::from(high) << 8 | usize::from(low);
        if kind != HANDSHAKE || major != 3 || length == 0 || length > RECORD_BYTES_MAX {
            return Err(Broken);
        }
        let part = after.get(..length).unwrap_or(after);
        message.extend_from_slice(part);
        if part.len() < length {
            return Ok(None);
        }
        rest = &after[length..];
    }
}

const SERVER_NAME: u16 = 0;
/// `encrypted_client_hello` (RFC 9849) and its forerunner.
const HIDING: [u16; 2] = [0xfe0d, 0xffce];

fn client_hello(body: &[u8]) -> Option<Opening> {
    let mut hello = Cursor(body);
    let _version_and_random = hello.take(2 + 32)?;
    let _session = hello.counted8()?;
    let _ciphers = hello.counted16()?;
    let _compressions = hello.counted8()?;
    let (mut hidden, mut server_name) = (false, None);
    if !hello.0.is_empty() {
        let mut extensions = Cursor(hello.counted16()?);
        while !extensions.0.is_empty() {
            let kind = extensions.number16()?;
            let data = extensions.counted16()?;
            hidden |= HIDING.contains(&kind);
            if kind == SERVER_NAME && server_name.replace(name_in(data)?).is_some() {
                return None;
            }
        }
    }
    hello.0.is_empty().then_some(Opening::Tls { hidden, server_name })
}

/// The one host name in a `server_name` extension.
fn name_in(data: &[u8]) -> Option<Host> {
    let mut data = Cursor(data);
    let mut list = Cursor(data.counted16()?);
    let kind = list.take(1)?;
    let name = list.counted16()?;
    let alone = data.0.is_empty() && list.0.is_empty() && kind == [0];
    let text = std::str::from_utf8(name).ok().filter(|text| alone && text.is_ascii())?;
    Host::parse(text).ok()
}

/// Bytes that are taken from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number16(&mut self) -> Option<u16> {
        self.take(2).map(|bytes| u16::from(bytes[0]) << 8 | u16::from(bytes[1]))
    }

    fn counted8(&mut self) -> Option<&'a [u8]> {
        let count = usize::from(self.take(1)?[0]);
        self.take(count)
    }

    fn counted16(&mut self) -> Option<&'a [u8]> {
        let count = usize::from(self.number16()?);
        self.take(count)
    }
}

/// Longest method of HTTP that is waited for.
const METHOD_BYTES_MAX: usize = 24;

/// Says HTTP only of what has its version at the end of its first line, so that mail or chat protocols pass.
fn http(bytes: &[u8]) -> Opening {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    let Some(bytes) = start.map(|start| &bytes[start..]) else { return Opening::Incomplete };
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let method = bytes.iter().take_while(|byte| is_token(byte)).count();
    let line_end = bytes.iter().position(|byte| *byte == b'\n');
    match (bytes.get(method), line_end) {
        (None, _) if method <= METHOD_BYTES_MAX => return Opening::Incomplete,
        (Some(b' ' | b'\t'), None) if (1..=METHOD_BYTES_MAX).contains(&method) => return Opening::Incomplete,
        (Some(b' ' | b'\t'), Some(end)) if method > 0 && says_http1(&bytes[..end]) => {}
        _ => return Opening::Other,
    }
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => stated_host(&request).unwrap_or(Opening::Malformed),
        Ok(httparse::Status::Partial) => Opening::Incomplete,
        Err(_) => Opening::Malformed,
    }
}

fn says_http1(line: &[u8]) -> bool {
    line.to_ascii_uppercase().windows(6).any(|window| window == b"HTTP/1" || window == b"HTTP/0")
}

/// The host of a request. One that has several, or another one in its target, is malformed.
fn stated_host(request: &httparse::Request<'_, '_>) -> Option<Opening> {
    let target = request.path?;
    if !target.starts_with('/') && target != "*" {
        return None;
    }
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    let (first, second) = (hosts.next(), hosts.next());
    match (first, second) {
        (None, _) => Some(Opening::Http(None)),
        (Some(host), None) => {
            let authority: hyper::http::uri::Authority =
                std::str::from_utf8(host.value).ok()?.parse().ok()?;
            let plain = !authority.as_str().contains('@');
            Host::parse(authority.host()).ok().filter(|_| plain).map(|host| Opening::Http(Some(host)))
        }
        (Some(_), Some(_)) => None,
    }
}
