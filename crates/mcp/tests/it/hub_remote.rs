//! Servers over HTTP: the newer protocol, the older one, and which of them an address without a type means.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use codemode_run::ServerState;
use serde_json::{Value, json};

use crate::hub_support::{Bench, mark, upstream};

/// A server on loopback; it ends with this value.
struct Remote {
    child: Child,
    port: u16,
}

impl Remote {
    fn start(kind: &str) -> Self {
        let mut command = Command::new("python3");
        command.arg(upstream("remote.py")).arg(kind).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap() }
    }

    fn entry(&self, path: &str, more: Value) -> Value {
        let mut entry = json!({"url": format!("http://127.0.0.1:{}{path}", self.port)});
        let headers = json!({"Authorization": "Bearer ${SECRET}"});
        entry["headers"] = headers;
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn both_protocols_are_spoken_with_and_without_a_type() {
    let (streamable, sse) = (Remote::start("streamable"), Remote::start("sse"));
    let other_sse = Remote::start("sse");
    let servers = json!({
        "streamable": streamable.entry("/mcp", json!({"type": "http"})),
        "untyped": streamable.entry("/mcp", json!({})),
        "sse": sse.entry("/sse", json!({"type": "sse"})),
        "untyped_sse": other_sse.entry("/sse", json!({})),
    });
    let bench = Bench::with(servers, mark(), None);
    for name in ["streamable", "untyped", "sse", "untyped_sse"] {
        assert_eq!(bench.text(name, "echo", json!({"text": name})).await, name);
    }
    bench.end().await;
}

#[tokio::test]
async fn a_server_that_refuses_is_named_with_its_reason_and_no_secret() {
    let (locked, sse, elsewhere) =
        (Remote::start("locked"), Remote::start("sse"), Remote::start("elsewhere"));
    let servers = json!({
        "locked": locked.entry("/mcp", json!({"type": "http"})),
        "no_path": sse.entry("/nothing", json!({"type": "sse"})),
        "elsewhere": elsewhere.entry("/sse", json!({"type": "sse"})),
    });
    let bench = Bench::with(servers, mark(), None);
    bench.hub.connect().await;
    let failed = |reason: &str| ServerState::Failed { reason: reason.to_owned() };
    assert_eq!(bench.state("no_path"), failed("the server answered 405 Method Not Allowed"));
    assert_eq!(bench.state("elsewhere"), failed("the server wants messages sent to another host"));
    let reason = bench.failure("locked");
    assert!(reason.contains("401") || reason.contains("authorization"), "{reason}");
    assert!(!reason.contains("hunter2"), "{reason}");
    bench.end().await;
}
