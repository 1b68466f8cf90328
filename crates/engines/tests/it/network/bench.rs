//! A proxy with names, addresses and servers of the test's own. Everything is on loopback.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_engines::network::{Bounds, Outside, Proxy, ProxyOptions, Secret};
use codemode_run::network::{Network, NetworkMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An address that is public as far as the rules know; the bench leads it to the server of the test.
pub(crate) const PUBLIC: &str = "93.184.215.14";

/// Longest time that anything here takes on a machine under load.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Names and ways of the test's own.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    /// What each look-up of a name answers; the last answer stays.
    pub(crate) answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    /// What was connected to.
    pub(crate) connected: Mutex<Vec<String>>,
    /// Addresses that count as this machine's own.
    pub(crate) own: Mutex<Vec<IpAddr>>,
    /// What was looked up.
    pub(crate) lookups: Mutex<Vec<String>>,
    /// The loopback port that every public address leads to.
    port: u16,
}

#[async_trait]
impl Outside for Elsewhere {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.lookups.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let known = answers.get_mut(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(if known.len() > 1 { known.remove(0) } else { known[0].clone() })
    }

    async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.connected.lock().unwrap().push(address.to_string());
        let routed = if address.ip().is_loopback() { address } else { ([127, 0, 0, 1], self.port).into() };
        TcpStream::connect(routed).await
    }

    fn is_this_machine(&self, address: IpAddr) -> bool {
        self.own.lock().unwrap().contains(&address)
    }
}

/// A server that notes what it is asked and answers every request alike.
pub(crate) struct Origin {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    _task: tokio_util::task::AbortOnDropHandle<()>,
}

impl Origin {
    pub(crate) async fn answering(reply: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, reply, Arc::clone(&noted)));
            }
        });
        Self { port, requests, _task: tokio_util::task::AbortOnDropHandle::new(task) }
    }

    /// What it was asked, whole requests, and forgets it.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// Answers requests until the client closes. A TLS hello counts as a request whose text is its length.
async fn answer(mut stream: TcpStream, reply: &'static str, noted: Arc<Mutex<Vec<String>>>) {
    let mut buffer = Vec::new();
    loop {
        while let Some(end) = request_end(&buffer) {
            let request: Vec<u8> = buffer.drain(..end).collect();
            noted.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            if stream.write_all(reply.as_bytes()).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut buffer).await {
            Ok(count) if count > 0 => {}
            _ => return,
        }
        if buffer[0] == 22 {
            noted.lock().unwrap().push("TLS".to_owned());
            let _ = stream.write_all(b"a server hello").await;
            return;
        }
    }
}

fn request_end(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    if text.contains("transfer-encoding: chunked") {
        let end = buffer[head..].windows(5).position(|window| window == b"0\r\n\r\n")?;
        return Some(head + end + 5);
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let whole = head + length.map_or(0, |length| length.parse::<usize>().unwrap());
    (buffer.len() >= whole).then_some(whole)
}

pub(crate) const HELLO: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

/// A proxy between the test and a server.
pub(crate) struct Bench {
    pub(crate) elsewhere: Arc<Elsewhere>,
    pub(crate) origin: Origin,
    pub(crate) port: u16,
    pub(crate) proxy: Proxy,
    pub(crate) secret: Secret,
}

impl Bench {
    pub(crate) async fn new(mode: NetworkMode, hosts: &[&str]) -> Self {
        Self::with(mode, hosts, HELLO, Bounds::default()).await
    }

    pub(crate) async fn with(mode: NetworkMode, hosts: &[&str], reply: &'static str, bounds: Bounds) -> Self {
        let origin = Origin::answering(reply).await;
        let hosts: Vec<String> =
            hosts.iter().map(|host| host.replace("PORT", &origin.port.to_string())).collect();
        let network = Network::new(mode, &hosts).unwrap();
        let elsewhere = Arc::new(Elsewhere { port: origin.port, ..Elsewhere::default() });
        let secret = Secret::new().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let outside = Arc::clone(&elsewhere) as Arc<dyn Outside>;
        let options = ProxyOptions { bounds, network, outside, secret: secret.clone() };
        let proxy = Proxy::serve(OwnedFd::from(listener), options).unwrap();
        let bench = Self { elsewhere, origin, port, proxy, secret };
        bench.name("allowed.test", &[&[PUBLIC]]);
        bench.name("other.test", &[&[PUBLIC]]);
        bench
    }

    /// What the look-ups of a name answer, one after the other.
    pub(crate) fn name(&self, name: &str, answers: &[&[&str]]) {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        self.elsewhere.answers.lock().unwrap().insert(name.to_owned(), answers.iter().map(parse).collect());
    }

    pub(crate) fn connected(&self) -> Vec<String> {
        std::mem::take(&mut self.elsewhere.connected.lock().unwrap())
    }

    pub(crate) fn credentials(&self) -> String {
        let pair = STANDARD.encode(format!("run:{}", self.secret.reveal()));
        format!("Proxy-Authorization: Basic {pair}\r\n")
    }

    pub(crate) async fn dial(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// Sends bytes and reads until the proxy closes.
    pub(crate) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.dial().await;
        stream.write_all(bytes).await.unwrap();
        read_all(&mut stream).await
    }

    /// The answer to a plain request of a URL.
    pub(crate) async fn get(&self, url: &str) -> String {
        let authority = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let host = authority.rsplit('@').next().unwrap();
        self.request(&format!("GET {url} HTTP/1.1\r\nHost: {host}\r\n"), "").await
    }

    /// The answer to a request, its head without the last line.
    pub(crate) async fn request(&self, head: &str, body: &str) -> String {
        let credentials = self.credentials();
        self.exchange(format!("{head}{credentials}Connection: close\r\n\r\n{body}").as_bytes()).await
    }

    /// A tunnel, or the whole answer when there is none.
    pub(crate) async fn connect(&self, destination: &str) -> Result<TcpStream, String> {
        let mut stream = self.dial().await;
        let credentials = self.credentials();
        let head = format!("CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n{credentials}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n\r\n") {
            reply.push(soon(stream.read_u8()).await.unwrap());
        }
        let reply = String::from_utf8(reply).unwrap();
        if reply.starts_with("HTTP/1.1 200 ") { Ok(stream) } else { Err(reply) }
    }

    /// A SOCKS5 tunnel to a name, or the reply's code.
    pub(crate) async fn socks(&self, host: &str, port: u16) -> Result<TcpStream, u8> {
        let mut address = vec![3, u8::try_from(host.len()).unwrap()];
        address.extend(host.as_bytes());
        self.socks_request(1, &address, port).await
    }

    pub(crate) async fn socks_request(
        &self,
        command: u8,
        address: &[u8],
        port: u16,
    ) -> Result<TcpStream, u8> {
        let mut stream = self.dial().await;
        let secret = self.secret.reveal().as_bytes();
        let mut bytes = vec![5, 2, 0, 2, 1, 3];
        bytes.extend(b"run");
        bytes.push(u8::try_from(secret.len()).unwrap());
        bytes.extend(secret);
        bytes.extend([5, command, 0]);
        bytes.extend(address);
        bytes.extend(port.to_be_bytes());
        stream.write_all(&bytes).await.unwrap();
        let mut reply = [0; 14];
        soon(stream.read_exact(&mut reply)).await.unwrap();
        assert_eq!(reply[..4], [5, 2, 1, 0]);
        if reply[5] == 0 { Ok(stream) } else { Err(reply[5]) }
    }
}

pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("in time")
}

pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A reset after the answer is an end too.
    let _ = soon(stream.read_to_end(&mut all)).await;
    String::from_utf8_lossy(&all).into_owned()
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// What a tunnel's other end says to a plain request for this host.
pub(crate) async fn ask(mut tunnel: TcpStream, host: &str) -> String {
    let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
    tunnel.write_all(request.as_bytes()).await.unwrap();
    tunnel.shutdown().await.unwrap();
    read_all(&mut tunnel).await
}
