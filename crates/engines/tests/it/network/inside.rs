//! The socket inside: made in an empty network namespace, served from outside of it. Needs user namespaces.

use std::io::{IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use codemode_engines::network::{
    Bounds, Outside, PROXY_PORT, Proxy, ProxyOptions, Secret, System, environment,
};
use codemode_run::network::{Network, NetworkMode};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use super::bench::Origin;

/// A program in namespaces of its own, with the inner end of its network.
fn start(program: &str, variables: Vec<(String, String)>) -> (Child, OwnedFd) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let child = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "--net", "--propagation", "private", "--kill-child"])
        .arg(env!("CARGO_BIN_EXE_codemode-listen-inside"))
        .args(["python3", "-I", "-c", program])
        .envs(variables)
        .stdin(OwnedFd::from(theirs))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let listener = receive(&ours);
    (child, listener)
}

fn receive(socket: &UnixStream) -> OwnedFd {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut ancillary, RecvFlags::CMSG_CLOEXEC).unwrap();
    let descriptor = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    descriptor.expect("the listener, which needs user namespaces on this machine")
}

/// Runs a program behind a proxy: what it printed and what it complained about.
async fn run(program: &str, network: Network, outside: Arc<dyn Outside>) -> (String, String) {
    let secret = Secret::new().unwrap();
    let (mut child, listener) = start(program, environment(PROXY_PORT, &secret, &network));
    let options = ProxyOptions { bounds: Bounds::default(), network, outside, secret };
    let _proxy = Proxy::with(listener, options).unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        child.wait().unwrap();
        (stdout, stderr)
    });
    ended.await.unwrap()
}

#[tokio::test]
async fn a_program_in_an_empty_network_reaches_what_is_listed_and_nothing_else() {
    let origin = Origin::answering(super::bench::HELLO).await;
    let program = format!(
        r#"
import socket, urllib.request, urllib.error

def attempt(what, act):
    try:
        print(what, act())
    except urllib.error.HTTPError as error:
        print(what, error.code, error.reason)
    except OSError as error:
        print(what, type(error).__name__)

get = lambda url: urllib.request.urlopen(url, timeout=20).read().decode()
attempt("listed:", lambda: get("http://127.0.0.1:{port}/"))
attempt("not listed:", lambda: get("http://other.test/"))
attempt("socket:", lambda: socket.create_connection(("127.0.0.1", {port}), timeout=5))
attempt("address:", lambda: socket.create_connection(("192.0.2.1", 80), timeout=5))
attempt("datagram:", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)))
attempt("name:", lambda: socket.getaddrinfo("other.test", 80))
"#,
        port = origin.port
    );
    let network = Network::new(NetworkMode::Hosts, &[format!("127.0.0.1:{}", origin.port)]).unwrap();
    let (stdout, stderr) = run(&program, network, Arc::new(System)).await;
    let expected = format!(
        "listed: hello\n\
         not listed: 403 codemode: network.mode is hosts and other.test:80 is not listed; listed: 127.0.0.1:{port}; \
         ask the user to add \"other.test:80\" to network.hosts if it is needed\n\
         socket: ConnectionRefusedError\n\
         address: OSError\n\
         datagram: OSError\n\
         name: gaierror\n",
        port = origin.port
    );
    assert_eq!((stdout, stderr), (expected, String::new()));
    assert_eq!(origin.take().len(), 1);
}

#[tokio::test]
async fn a_program_reaches_the_servers_that_it_starts_itself() {
    let program = r#"
import http.server, threading, urllib.request

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"mine")
    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Hello)
threading.Thread(target=server.serve_forever, daemon=True).start()
for host in ["127.0.0.1", "localhost"]:
    print(urllib.request.urlopen(f"http://{host}:{server.server_port}/", timeout=20).read().decode())
"#;
    let network = Network::new::<&str>(NetworkMode::Public, &[]).unwrap();
    let (stdout, stderr) = run(program, network, Arc::new(System)).await;
    assert_eq!((stdout, stderr), ("mine\nmine\n".to_owned(), String::new()));
}

#[test]
fn the_variables_lead_every_client_to_the_proxy() {
    let secret = Secret::new().unwrap();
    let proxy = format!("http://run:{}@127.0.0.1:3128", secret.reveal());
    let expected = |direct: &str| -> Vec<(String, String)> {
        let mut all: Vec<(&str, &str)> =
            ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
                .map(|name| (name, proxy.as_str()))
                .to_vec();
        all.extend([("NO_PROXY", direct), ("no_proxy", direct), ("NODE_USE_ENV_PROXY", "1")]);
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let variables =
        |hosts: &[&str]| environment(PROXY_PORT, &secret, &Network::new(NetworkMode::Hosts, hosts).unwrap());
    assert_eq!(variables(&["example.com"]), expected("localhost,127.0.0.1"));
    for listed in ["localhost:8080", "127.0.0.1", "[::1]:80"] {
        assert_eq!(variables(&[listed]), expected(""), "{listed}");
    }
    assert_eq!(format!("{secret:?}"), "Secret(...)");
}
