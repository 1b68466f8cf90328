//! The socket inside: made in an empty network namespace, served from outside of it. Needs user namespaces.

use std::io::{IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use codemode_engines::network::{
    Bounds, NODE_PRELOAD, Outside, PROXY_PORT, PYTHON_PRELOAD, Proxy, ProxyOptions, Secret, System,
    environment,
};
use codemode_run::network::{Network, NetworkMode};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use super::bench::Origin;
use crate::support::lacks;

/// A program in namespaces of its own, with the inner end of its network.
fn start(command: &[&str], variables: Vec<(String, String)>) -> (Child, OwnedFd) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let child = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "--net", "--propagation", "private", "--kill-child"])
        .arg(env!("CARGO_BIN_EXE_codemode-listen-inside"))
        .args(command)
        .envs(variables)
        .stdin(OwnedFd::from(theirs))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let listener = receive(&ours);
    (child, listener)
}

/// Whether this machine gives namespaces to whoever asks. Where it does not (most containers), the tests that need them
/// say so, and fail when `CODEMODE_TEST_REQUIRE` has `namespaces`.
fn has_namespaces() -> bool {
    let arguments = ["--user", "--map-root-user", "--mount", "--net", "--propagation", "private", "true"];
    let has = Command::new("unshare").args(arguments).output().is_ok_and(|tried| tried.status.success());
    let required = std::env::var("CODEMODE_TEST_REQUIRE").is_ok_and(|list| list.contains("namespaces"));
    assert!(has || !required, "this machine gives no user and network namespaces");
    if !has {
        eprintln!("not exercised: this machine gives no user and network namespaces");
    }
    has
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
async fn run(command: &[&str], network: Network, outside: Arc<dyn Outside>) -> (String, String) {
    let secret = Secret::new().unwrap();
    let (mut child, listener) = start(command, environment(PROXY_PORT, &secret, &network));
    let options = ProxyOptions { bounds: Bounds::default(), network, outside, secret };
    let _proxy = Proxy::serve(listener, options).unwrap();
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
    if !has_namespaces() {
        return;
    }
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
    let (stdout, stderr) = run(&["python3", "-I", "-c", &program], network, Arc::new(System)).await;
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
    if !has_namespaces() {
        return;
    }
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
    let (stdout, stderr) = run(&["python3", "-I", "-c", program], network, Arc::new(System)).await;
    assert_eq!((stdout, stderr), ("mine\nmine\n".to_owned(), String::new()));
}

#[tokio::test]
async fn fetch_and_http_of_node_go_through_the_proxy() {
    if lacks("node") {
        return;
    }
    if !has_namespaces() {
        return;
    }
    let origin = Origin::answering(super::bench::HELLO).await;
    let program = format!(
        r#"
import http from "node:http";
const attempt = async (what, act) => {{
  try {{ console.log(what, await act()); }} catch (error) {{ console.log(what, (error.cause ?? error).message); }}
}};
const get = url => new Promise((done, failed) => {{
  http.get(url, response => response.setEncoding("utf8").once("data", done)).once("error", failed);
}});
await attempt("fetch:", async () => (await fetch("http://127.0.0.1:{port}/")).text());
await attempt("http:", () => get("http://127.0.0.1:{port}/"));
await attempt("not listed:", async () => (await fetch("https://other.test/")).status);
process.exit(0);
"#,
        port = origin.port
    );
    let network = Network::new(NetworkMode::Hosts, &[format!("127.0.0.1:{}", origin.port)]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (preload, main) = (folder.path().join("preload.mjs"), folder.path().join("main.mjs"));
    std::fs::write(&preload, NODE_PRELOAD).unwrap();
    std::fs::write(&main, program).unwrap();
    let command = ["node", "--import", preload.to_str().unwrap(), main.to_str().unwrap()];
    let (stdout, stderr) = run(&command, network, Arc::new(System)).await;
    assert_eq!(stderr, "");
    let refusal = format!(
        "codemode: network.mode is hosts and other.test:443 is not listed; listed: 127.0.0.1:{}; ask the user to add \
         \"other.test:443\" to network.hosts if it is needed",
        origin.port
    );
    // Where Node has its own way through a proxy its error has its own words around ours.
    let (reached, refused) = stdout.split_once("not listed: ").unwrap();
    assert_eq!(reached, "fetch: hello\nhttp: hello\n");
    assert!(refused.contains(&refusal) || refused.contains("403"), "{refused}");
}

#[test]
fn a_python_library_that_looks_at_no_variables_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let library =
        "class ClientSession:\n    def __init__(self, *, trust_env=False):\n        print(trust_env)\n";
    std::fs::write(folder.path().join("aiohttp.py"), library).unwrap();
    let program = format!("{PYTHON_PRELOAD}\nimport aiohttp\naiohttp.ClientSession()\nimport json\n");
    for (proxy, expected) in [("http://127.0.0.1:3128", "True\n"), ("", "False\n")] {
        let ended = Command::new("python3")
            .args(["-S", "-c", &program])
            .env("PYTHONPATH", folder.path())
            .env("HTTPS_PROXY", proxy)
            .output()
            .unwrap();
        let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(said, [expected, ""], "{proxy:?}");
    }
}

#[test]
fn the_variables_lead_every_client_to_the_proxy() {
    let secret = Secret::new().unwrap();
    let proxy = format!("http://run:{}@127.0.0.1:3128", secret.reveal());
    let expected = |direct: &str| -> Vec<(String, String)> {
        let names = "HTTP_PROXY http_proxy HTTPS_PROXY https_proxy ALL_PROXY all_proxy WS_PROXY ws_proxy WSS_PROXY wss_proxy";
        let mut all: Vec<(&str, &str)> = names.split(' ').map(|name| (name, proxy.as_str())).collect();
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
