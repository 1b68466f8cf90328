//! Streams that a guest opens: through codemode's own proxy, which judges where they lead, and with TLS that is spoken here.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::iter;
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::ConfigVerifierExt as _;
use serde::Deserialize;
use serde_json::json;
use url::Url;

/// Streams that a guest may have open at once.
const STREAMS_MAX: usize = 64;

/// Longest answer of the proxy in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Longest refusal of the proxy that a guest is told, in bytes.
const REFUSAL_BYTES_MAX: u64 = 4096;

/// Bytes that are read for a guest at a time.
const READ_BYTES_MAX: usize = 1 << 20;

/// How long a TLS server may take to greet.
const GREETING_WITHIN: Duration = Duration::from_secs(30);

/// The streams of one guest.
#[derive(Default)]
pub(crate) struct Wires {
    count: u32,
    open: HashMap<u32, Wire>,
    proxy: Option<Url>,
    tls: Option<Arc<ClientConfig>>,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl std::fmt::Debug for Wires {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wires").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

/// What a guest is told when something did not work: a kind that becomes a class, an errno and a sentence.
struct Problem {
    kind: &'static str,
    message: String,
    number: i32,
}

impl Problem {
    fn new(kind: &'static str, number: i32, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), number }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                Self::new("timeout", libc::ETIMEDOUT, "timed out")
            }
            io::ErrorKind::InvalidData => Self::new("tls", 1, error.to_string()),
            _ => {
                Self::new("stream", error.raw_os_error().unwrap_or(libc::ECONNRESET), "the connection broke")
            }
        }
    }
}

type Answer = Result<Vec<u8>, Problem>;

#[derive(Deserialize)]
struct Open {
    host: String,
    port: u16,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
struct Secure {
    name: Option<String>,
    number: u32,
    protocols: Vec<String>,
}

impl Wires {
    /// Streams through the proxy at this address; none when there is no network.
    pub(crate) fn new(proxy: Option<Url>) -> Self {
        Self { proxy, ..Self::default() }
    }

    /// Ends every stream.
    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }

    /// The answer to a message about streams: a zero and what was asked for, or a one and the problem.
    pub(crate) fn answer(&mut self, letter: u8, message: &[u8]) -> Vec<u8> {
        let done = match letter {
            b'o' => self.connect(message),
            b't' => self.secure(message),
            b'w' => self.write(message),
            b'd' => self.read(message),
            _ => self.close(message),
        };
        match done {
            Ok(mut bytes) => {
                bytes.insert(0, 0);
                bytes
            }
            Err(problem) => refused(&problem),
        }
    }

    fn connect(&mut self, message: &[u8]) -> Answer {
        let Open { host, port, timeout } = serde_json::from_slice(message).map_err(|_| unknown())?;
        let Some(proxy) = &self.proxy else {
            return Err(Problem::new(
                "name",
                -3,
                "codemode: network.mode is none; work with the data that is there",
            ));
        };
        if self.open.len() >= STREAMS_MAX {
            return Err(Problem::new(
                "stream",
                libc::EMFILE,
                format!("more than {STREAMS_MAX} connections are open"),
            ));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
        if host.is_empty() || !host.chars().all(is_plain) {
            return Err(Problem::new("name", -2, "Name or service not known"));
        }
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port().unwrap_or_default()))?;
        let within = timeout.map(|millis| Duration::from_millis(millis.max(1)));
        stream.set_read_timeout(within)?;
        stream.set_nodelay(true)?;
        let place = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let secret =
            STANDARD.encode(format!("{}:{}", proxy.username(), proxy.password().unwrap_or_default()));
        write!(
            stream,
            "CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nProxy-Authorization: Basic {secret}\r\n\r\n"
        )?;
        accepted(&mut stream)?;
        self.count += 1;
        self.open.insert(self.count, Wire::Plain(stream));
        Ok(self.count.to_le_bytes().to_vec())
    }

    fn secure(&mut self, message: &[u8]) -> Answer {
        let Secure { name, number, protocols } = serde_json::from_slice(message).map_err(|_| unknown())?;
        let Some(Wire::Plain(stream)) = self.open.remove(&number) else { return Err(unknown()) };
        let name = name.ok_or_else(|| Problem::new("tls", 1, "a TLS client has to name its server"))?;
        let name =
            ServerName::try_from(name).map_err(|_| Problem::new("tls", 1, "that is no name of a server"))?;
        let mut config = ClientConfig::clone(&*self.tls()?);
        config.alpn_protocols = protocols.into_iter().map(String::into_bytes).collect();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| tls(&error))?;
        let mut stream = StreamOwned::new(connection, stream);
        let before = stream.sock.read_timeout()?;
        stream.sock.set_read_timeout(Some(before.unwrap_or(GREETING_WITHIN)))?;
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| {
                match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                    Some(inner) => tls(inner),
                    None => error.into(),
                }
            })?;
        }
        stream.sock.set_read_timeout(before)?;
        let told = json!({
            "cipher": stream.conn.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite())),
            "protocol": stream.conn.alpn_protocol().map(String::from_utf8_lossy),
            "version": if stream.conn.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_2) { "TLSv1.2" } else { "TLSv1.3" },
        });
        self.open.insert(number, Wire::Tls(Box::new(stream)));
        Ok(told.to_string().into_bytes())
    }

    fn tls(&mut self) -> Result<Arc<ClientConfig>, Problem> {
        if let Some(known) = &self.tls {
            return Ok(Arc::clone(known));
        }
        // Somebody may have named the same provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = ClientConfig::with_platform_verifier().map_err(|error| tls(&error))?;
        Ok(Arc::clone(self.tls.insert(Arc::new(config))))
    }

    fn write(&mut self, message: &[u8]) -> Answer {
        let (number, bytes) = message.split_first_chunk().ok_or_else(unknown)?;
        match self.open.get_mut(&u32::from_le_bytes(*number)) {
            Some(Wire::Plain(stream)) => stream.write_all(bytes)?,
            Some(Wire::Tls(stream)) => {
                stream.write_all(bytes)?;
                stream.flush()?;
            }
            None => return Err(closed()),
        }
        Ok(Vec::new())
    }

    fn read(&mut self, message: &[u8]) -> Answer {
        let (number, rest) = message.split_first_chunk().ok_or_else(unknown)?;
        let (count, millis) = rest.split_first_chunk().ok_or_else(unknown)?;
        let millis = u64::from_le_bytes(millis.try_into().map_err(|_| unknown())?);
        let within = (millis != u64::MAX).then(|| Duration::from_millis(millis.max(1)));
        let mut bytes = vec![0; (u32::from_le_bytes(*count) as usize).min(READ_BYTES_MAX)];
        let read = match self.open.get_mut(&u32::from_le_bytes(*number)) {
            Some(Wire::Plain(stream)) => {
                stream.set_read_timeout(within)?;
                stream.read(&mut bytes)?
            }
            Some(Wire::Tls(stream)) => {
                stream.sock.set_read_timeout(within)?;
                match stream.read(&mut bytes) {
                    // Many servers hang up without saying so.
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
                    read => read?,
                }
            }
            None => return Err(closed()),
        };
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Which of these streams can be read, waiting for the first of them until this time is over. With `frames` that end of
    /// the link is waited for too; it is named 0, which no stream is.
    pub(crate) fn wait(&mut self, message: &[u8], frames: Option<BorrowedFd<'_>>) -> Vec<u8> {
        match self.first_of(message, frames) {
            Ok(numbers) => iter::once(0).chain(numbers.into_iter().flat_map(u32::to_le_bytes)).collect(),
            Err(problem) => refused(&problem),
        }
    }

    fn first_of(&mut self, message: &[u8], frames: Option<BorrowedFd<'_>>) -> Result<Vec<u32>, Problem> {
        let (millis, numbers) = message.split_first_chunk().ok_or_else(unknown)?;
        let millis = u64::from_le_bytes(*millis);
        let numbers: Vec<u32> =
            numbers.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).take(STREAMS_MAX).collect();
        // What is not open is not waited for: whoever reads it is told why.
        let ready: Vec<u32> = numbers.iter().copied().filter(|number| self.is_ready(*number)).collect();
        if !ready.is_empty() {
            return Ok(ready);
        }
        let known =
            numbers.iter().filter_map(|number| Some((*number, self.open.get(number)?.socket().as_fd())));
        let (names, mut polled): (Vec<u32>, Vec<PollFd<'_>>) = frames
            .map(|fd| (0, fd))
            .into_iter()
            .chain(known)
            .map(|(number, fd)| (number, PollFd::from_borrowed_fd(fd, PollFlags::IN)))
            .unzip();
        let within = (millis != u64::MAX).then(|| Timespec {
            tv_sec: i64::try_from(millis / 1000).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(millis % 1000 * 1_000_000).unwrap_or_default(),
        });
        match rustix::event::poll(&mut polled, within.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        let ready = names.into_iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
        Ok(ready.map(|(number, _)| number).collect())
    }

    /// Whether something of this stream was taken off its socket and not read: what came is taken whole.
    fn is_ready(&mut self, number: u32) -> bool {
        match self.open.get_mut(&number) {
            Some(Wire::Tls(stream)) => {
                stream.conn.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() > 0)
            }
            Some(Wire::Plain(_)) => false,
            None => true,
        }
    }

    fn close(&mut self, message: &[u8]) -> Answer {
        let number = message.first_chunk().ok_or_else(unknown)?;
        if let Some(Wire::Tls(mut stream)) = self.open.remove(&u32::from_le_bytes(*number)) {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        Ok(Vec::new())
    }
}

impl Wire {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

/// How a guest is told that something did not work.
fn refused(Problem { kind, message, number }: &Problem) -> Vec<u8> {
    let told = json!({"kind": kind, "message": message, "number": number});
    format!("\u{1}{told}").into_bytes()
}

/// Reads what the proxy says, and no byte more.
fn accepted(stream: &mut TcpStream) -> Result<(), Problem> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if head.len() >= HEAD_BYTES_MAX || stream.read(&mut byte)? == 0 {
            return Err(Problem::new("stream", libc::ECONNRESET, "the connection broke"));
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if status == "200" {
        return Ok(());
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<u64>().ok())?
    });
    let mut why = String::new();
    // It may keep the connection for another request.
    let _ = stream.take(length.unwrap_or_default().min(REFUSAL_BYTES_MAX)).read_to_string(&mut why);
    let why = why.trim();
    let why = if why.is_empty() { format!("the proxy answered {status}") } else { why.to_owned() };
    Err(match status.as_str() {
        "403" => Problem::new("stream", libc::EACCES, why),
        "504" => Problem::new("timeout", libc::ETIMEDOUT, why),
        _ => Problem::new("stream", libc::ECONNREFUSED, why),
    })
}

fn tls(error: &rustls::Error) -> Problem {
    match error {
        rustls::Error::InvalidCertificate(reason) => {
            Problem::new("verify", 1, format!("certificate verify failed: {reason:?}"))
        }
        other => Problem::new("tls", 1, other.to_string()),
    }
}

fn unknown() -> Problem {
    Problem::new("stream", libc::EINVAL, "Invalid argument")
}

fn closed() -> Problem {
    Problem::new("stream", libc::EBADF, "Bad file descriptor")
}
