//! A hub over upstream servers of our own, and a count of the processes that it leaves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use codemode_mcp::hub::servers::{self, Format, Surroundings};
use codemode_mcp::hub::{Hub, HubOptions, Person};
use codemode_run::{Block, ServerState, ToolCall, ToolError, ToolResult, Tools};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A test that waits longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A hub with a data folder of its own.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) data: Arc<TempDir>,
    pub(crate) hub: Arc<Hub>,
    /// Stands in the command line of every server of this bench.
    pub(crate) mark: String,
    person: Option<Arc<dyn Person>>,
    servers: Value,
}

impl Bench {
    /// One hostile server for each name and mode.
    pub(crate) fn hostile(modes: &[&str]) -> Self {
        let mark = mark();
        let servers: Map<String, Value> =
            modes.iter().map(|mode| ((*mode).to_owned(), hostile(mode, &mark, json!({})))).collect();
        Self::with(Value::Object(servers), mark, None)
    }

    pub(crate) fn with(servers: Value, mark: String, person: Option<Arc<dyn Person>>) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let hub = Arc::new(hub(&servers, data.path(), person.clone()));
        Self { data, hub, mark, person, servers }
    }

    /// Another process, as it were, with the same data.
    pub(crate) fn again(&self) -> Self {
        let hub = Arc::new(hub(&self.servers, self.data.path(), self.person.clone()));
        Self {
            data: Arc::clone(&self.data),
            hub,
            mark: self.mark.clone(),
            person: self.person.clone(),
            servers: self.servers.clone(),
        }
    }

    pub(crate) async fn call(
        &self,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<ToolResult, ToolError> {
        let call = self.hub.call(tool_call(server, tool, arguments), CancellationToken::new());
        tokio::time::timeout(PATIENCE, call).await.expect("the call goes on and on")
    }

    /// The only text of an answer.
    pub(crate) async fn text(&self, server: &str, tool: &str, arguments: Value) -> String {
        let result = self.call(server, tool, arguments).await.unwrap();
        match result.blocks.as_slice() {
            [Block::Text(text)] => text.clone(),
            other => panic!("not one text: {other:?}"),
        }
    }

    pub(crate) fn state(&self, server: &str) -> ServerState {
        self.hub.report().into_iter().find(|report| report.name == server).unwrap().state
    }

    pub(crate) fn failure(&self, server: &str) -> String {
        match self.state(server) {
            ServerState::Failed { reason } => reason,
            other => panic!("{server} is {other:?}"),
        }
    }

    /// Ends everything, and shows that nothing is left.
    pub(crate) async fn end(self) {
        tokio::time::timeout(PATIENCE, self.hub.close()).await.expect("the end goes on and on");
        assert_eq!(census(&self.mark), Vec::<String>::new());
    }
}

pub(crate) fn tool_call(server: &str, tool: &str, arguments: Value) -> ToolCall {
    let Value::Object(arguments) = arguments else { panic!("no object") };
    ToolCall { arguments, server: server.to_owned(), tool: tool.to_owned() }
}

/// The entry of a hostile server.
pub(crate) fn hostile(mode: &str, mark: &str, more: Value) -> Value {
    let mut entry = json!({"command": "python3", "args": [upstream("hostile.py"), mode, mark]});
    if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
        entry.extend(more);
    }
    entry
}

pub(crate) fn upstream(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upstreams").join(file)
}

fn hub(servers: &Value, data: &Path, person: Option<Arc<dyn Person>>) -> Hub {
    let variables = BTreeMap::from([("SECRET".to_owned(), "hunter2-hunter2".to_owned())]);
    let around = Surroundings {
        files: &|path: &Path| std::fs::read_to_string(path),
        home: Path::new("/home/me"),
        variables: &variables,
        workspace: Path::new("/work/here"),
    };
    let text = json!({"mcpServers": servers}).to_string();
    let servers = servers::read(&text, Format::Json, &around).unwrap();
    assert_eq!(servers.warnings, Vec::<String>::new());
    Hub::new(HubOptions { data: data.to_owned(), person, servers: servers.servers, version: "0" })
}

/// A number that no other process has on its command line; `sleep` takes it too.
pub(crate) fn mark() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().subsec_nanos();
    format!(
        "5{:03}.{}{:09}{}",
        std::process::id() % 1000,
        std::process::id(),
        nanos,
        NUMBER.fetch_add(1, Ordering::Relaxed)
    )
}

/// The command lines of living processes that hold this mark.
pub(crate) fn census(mark: &str) -> Vec<String> {
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = pids.filter_map(|entry| {
        let pid = entry.file_name().into_string().ok()?.parse::<u32>().ok()?;
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let zombie = state.rsplit_once(") ")?.1.starts_with('Z');
        let line = (!zombie).then(|| std::fs::read(format!("/proc/{pid}/cmdline")).ok()).flatten()?;
        Some(String::from_utf8_lossy(&line).replace('\0', " "))
    });
    lines.filter(|line| line.contains(mark)).collect()
}
