//! A server in memory and a client that writes and reads lines.

use std::sync::Arc;
use std::time::Duration;

use codemode_mcp::{Configure, ServeError, ServerOptions, ToolName, serve_stream};
use codemode_run::{
    Engine, Isolation, Limits, NoTools, Nothing, Observed, Policy, RunError, Runner, RunnerOptions, Runs,
    Tools,
};
use futures::FutureExt;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::kept::Kept;
use crate::script::Script;

/// Versions that begin with `initialize`.
pub(crate) const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// The version in which every request says who asks.
pub(crate) const MODERN: &str = "2026-07-28";

/// How long a message may take. Nothing waits for it but a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Settings with one key, which keep nothing.
struct OneSetting;

impl Configure for OneSetting {
    fn view(&self, key: Option<&str>) -> Result<String, RunError> {
        match key {
            None | Some("engine") => Ok("engine = \"script\"\n".to_owned()),
            Some(other) => Err(RunError::invalid_argument("key", format!("unknown key `{other}`"))),
        }
    }

    fn set(&self, key: &str, value: &str) -> Result<String, RunError> {
        self.view(Some(key)).map(|_| format!("Updated {key} = {value:?}"))
    }
}

/// Runs over a script, and how they are served.
pub(crate) struct Bench {
    _folder: tempfile::TempDir,
    pub(crate) options: ServerOptions,
    pub(crate) runs: Runs,
    pub(crate) script: Script,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_tools(Arc::<NoTools>::default())
    }

    /// The same over upstream tools.
    pub(crate) fn with_tools(tools: Arc<dyn Tools>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Script::new();
        let runner = Runner::new(RunnerOptions {
            engine: None,
            engines: vec![Arc::new(script.clone()) as Arc<dyn Engine>],
            journal: Arc::new(Nothing),
            limits: Limits::default(),
            memory: Arc::<Kept>::default(),
            minimum: Isolation::Landlock,
            packages: codemode_run::packages::Packages::default(),
            policy: Policy::default(),
            shapes: Arc::<Observed>::default(),
            spool: folder.path().join("spool"),
            tools,
            workspace: None,
            workspaces: folder.path().join("workspaces"),
        });
        let options = ServerOptions {
            catalog_tokens: 1500,
            context: Arc::new(|| async { "a machine\n".to_owned() }.boxed()),
            person: Arc::default(),
            rasteriser: None,
            settings: Arc::new(OneSetting),
            structured_output: false,
            tools: ToolName::ALL.to_vec(),
            version: "0.0.0",
            yield_after: Duration::from_secs(45),
        };
        Self { _folder: folder, options, runs: Runs::new(Arc::new(runner)), script }
    }

    /// A client that has not said anything yet.
    pub(crate) fn connect(&self, version: &'static str) -> Client {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let (reader, writer) = tokio::io::split(far);
        let stop = CancellationToken::new();
        let serve = serve_stream(self.options.clone(), self.runs.clone(), reader, writer, stop.clone());
        let (reader, writer) = tokio::io::split(near);
        Client {
            next_id: 1,
            reader: BufReader::new(reader),
            served: tokio::spawn(serve),
            stop,
            version,
            writer,
        }
    }

    /// A client of this version that may send requests.
    pub(crate) async fn client(&self, version: &'static str) -> Client {
        let mut client = self.connect(version);
        if version != MODERN {
            client.initialize().await;
        }
        client
    }
}

pub(crate) struct Client {
    next_id: u64,
    reader: BufReader<ReadHalf<DuplexStream>>,
    served: JoinHandle<Result<(), ServeError>>,
    pub(crate) stop: CancellationToken,
    version: &'static str,
    writer: WriteHalf<DuplexStream>,
}

impl Client {
    pub(crate) async fn send_raw(&mut self, message: &Value) {
        self.writer.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// Sends a request and returns its id.
    pub(crate) async fn send(&mut self, method: &str, params: Value) -> u64 {
        self.send_with(method, params, json!({})).await
    }

    /// The same, with more fields in its `_meta`.
    pub(crate) async fn send_with(&mut self, method: &str, mut params: Value, more: Value) -> u64 {
        let mut meta = Map::new();
        if self.version == MODERN {
            meta.insert("io.modelcontextprotocol/protocolVersion".to_owned(), self.version.into());
            meta.insert("io.modelcontextprotocol/clientCapabilities".to_owned(), json!({}));
            meta.insert(
                "io.modelcontextprotocol/clientInfo".to_owned(),
                json!({"name": "t", "version": "1"}),
            );
        }
        meta.extend(more.as_object().unwrap().clone());
        if !meta.is_empty() {
            params["_meta"] = Value::Object(meta);
        }
        let id = self.next_id;
        self.next_id += 1;
        self.send_raw(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        id
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send_raw(&json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// The next message; `None` when the server is gone.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.reader.read_line(&mut line)).await;
        match read.expect("no message came").unwrap() {
            0 => None,
            _ => Some(serde_json::from_str(&line).unwrap()),
        }
    }

    /// Everything up to the answer to this request: what came before it, and the answer.
    pub(crate) async fn until(&mut self, id: u64) -> (Vec<Value>, Value) {
        let mut before = Vec::new();
        loop {
            let message = self.next().await.expect("the server is gone");
            if message["id"] == id {
                return (before, message);
            }
            before.push(message);
        }
    }

    /// Asks and returns the whole answer, with run ids and times masked.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        let (before, answer) = self.until(id).await;
        assert_eq!(before, Vec::<Value>::new());
        masked(answer)
    }

    /// Calls a tool and returns its result.
    pub(crate) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let mut answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await;
        answer["result"].take()
    }

    /// Runs a program of the script language.
    pub(crate) async fn run(&mut self, program: &str) -> Value {
        self.call("execute_code", code(program)).await
    }

    pub(crate) async fn initialize(&mut self) -> Value {
        self.initialize_with(json!({})).await
    }

    pub(crate) async fn initialize_with(&mut self, capabilities: Value) -> Value {
        let params = json!({
            "protocolVersion": self.version, "capabilities": capabilities, "clientInfo": {"name": "t", "version": "1"},
        });
        let answer = self.ask("initialize", params).await;
        self.notify("notifications/initialized", json!({})).await;
        answer
    }

    /// Closes both streams and waits until the server has ended.
    pub(crate) async fn hang_up(self) {
        drop((self.reader, self.writer));
        self.served.await.unwrap().unwrap();
    }
}

/// Arguments of a run. The script language reads like bash to what looks at programs before they run.
pub(crate) fn code(program: &str) -> Value {
    json!({"code": program, "language": "bash"})
}

/// The text block of a result.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

/// A message with run ids as `RUN` and times as `T`.
pub(crate) fn masked(mut message: Value) -> Value {
    mask(&mut message);
    message
}

fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask_text(text),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "duration_ms" && field.is_u64() {
                    *field = "T".into();
                } else {
                    mask(field);
                }
            }
        }
        _ => {}
    }
}

fn mask_text(text: &str) -> String {
    let mut masked = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let is_id = word.len() == 26 && word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
        masked.push_str(if is_id { "RUN" } else { &word });
        word.clear();
        masked.push(c);
    }
    masked.pop();
    let Some((before, after)) = masked.rsplit_once(" · ").filter(|_| masked.contains("[run RUN")) else {
        return masked;
    };
    mask_millis(before, after)
}

/// `... · 12 ms]` or `... · 12 ms · session a]` as `T ms`.
fn mask_millis(before: &str, after: &str) -> String {
    let parts = format!("{before} · {after}");
    let is_time =
        |part: &str| part.trim_end_matches(']').strip_suffix(" ms").is_some_and(|n| n.parse::<u64>().is_ok());
    let mask = |part: &str| {
        if is_time(part) {
            format!("T ms{}", if part.ends_with(']') { "]" } else { "" })
        } else {
            part.to_owned()
        }
    };
    parts.split(" · ").map(mask).collect::<Vec<_>>().join(" · ")
}
