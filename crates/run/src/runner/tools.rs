//! The host of one run: its output goes to the recorder, its tool calls are checked, counted and carried out here.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_source::Language;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use crate::catalog::{Catalog, Found, Shapes};
use crate::host::{Block, Event, Host, OURSELVES, ToolCall, ToolError, ToolResult, Tools};
use crate::output::Recorder;
use crate::report::ToolCallRecord;

/// Tools that a search gives when the program says no number, and the most that it gives.
const HITS: usize = 8;
const HITS_MAX: usize = 50;

/// What a run's program reaches of us.
pub(crate) struct ToolHost<'a> {
    pub(crate) cancel: CancellationToken,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) clock: &'a Clock,
    pub(crate) language: Language,
    pub(crate) ledger: &'a Ledger,
    pub(crate) recorder: &'a Recorder,
    pub(crate) shapes: &'a dyn Shapes,
    pub(crate) tools: &'a dyn Tools,
}

/// The calls of one run, in the order of their start.
#[derive(Debug)]
pub(crate) struct Ledger {
    calls: Mutex<Vec<ToolCallRecord>>,
    calls_max: u32,
    started: AtomicU32,
}

/// One call that goes on. When it is dropped before its end, because the run is over, the call has failed.
struct Entry<'a> {
    ledger: &'a Ledger,
    place: usize,
    started: Instant,
}

impl Ledger {
    /// An empty ledger that takes so many calls.
    pub(crate) fn new(calls_max: u32) -> Self {
        Self { calls: Mutex::default(), calls_max, started: AtomicU32::new(0) }
    }

    /// The calls so far.
    pub(crate) fn records(&self) -> Vec<ToolCallRecord> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open(&self, found: &Found<'_>) -> Result<Entry<'_>, ToolError> {
        if self.started.fetch_add(1, Ordering::AcqRel) >= self.calls_max {
            self.started.store(self.calls_max, Ordering::Release);
            let message =
                format!("{} calls of tools are the limit of one run (`limits.tool_calls`)", self.calls_max);
            return Err(failure("too_many_calls", message));
        }
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let (server, tool) = (found.tool().server.clone(), found.tool().name.clone());
        calls.push(ToolCallRecord { duration: std::time::Duration::ZERO, ok: false, server, tool });
        Ok(Entry { ledger: self, place: calls.len() - 1, started: Instant::now() })
    }
}

impl Entry<'_> {
    fn succeed(&self) {
        let mut calls = self.ledger.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(self.place) {
            call.ok = true;
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let mut calls = self.ledger.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(self.place) {
            call.duration = self.started.elapsed();
        }
    }
}

#[async_trait]
impl Host for ToolHost<'_> {
    async fn call_tool(&self, call: ToolCall) -> Result<Value, ToolError> {
        if call.server == OURSELVES {
            return self.answer(&call.tool, &call.arguments).await;
        }
        let found = self.catalog.tool(&call.server, &call.tool)?;
        self.call(&found, call.arguments).await
    }

    fn servers(&self) -> Vec<String> {
        self.catalog.server_names().map(str::to_owned).collect()
    }

    fn emit(&self, event: Event<'_>) {
        self.recorder.emit(event);
    }
}

impl ToolHost<'_> {
    /// Carries out a call of an upstream tool.
    async fn call(&self, found: &Found<'_>, arguments: Map<String, Value>) -> Result<Value, ToolError> {
        let arguments = found.check(arguments)?;
        let entry = self.ledger.open(found)?;
        let tool = found.tool();
        let call = ToolCall { arguments, server: tool.server.clone(), tool: tool.name.clone() };
        let waits = self.clock.wait();
        let result = self.tools.call(call, self.cancel.child_token()).await;
        drop(waits);
        let result = plain(result?);
        entry.succeed();
        if tool.output_schema.is_none()
            && let Some(value) = result.get("value").filter(|_| result.get("blocks").is_none())
        {
            self.shapes.note(&tool.server, &tool.name, value);
        }
        Ok(result)
    }

    /// Answers what programs ask of codemode itself.
    async fn answer(&self, question: &str, arguments: &Map<String, Value>) -> Result<Value, ToolError> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        match question {
            "search" => {
                let limit = arguments
                    .get("limit")
                    .and_then(Value::as_u64)
                    .and_then(|limit| usize::try_from(limit).ok());
                Ok(value_of(self.search(text("query"), limit.unwrap_or(HITS).min(HITS_MAX)).into()))
            }
            "describe" => Ok(value_of(self.describe(text("name"))?.into())),
            "names" => self.names(text("server")).map(value_of),
            "words" => {
                let words: Vec<String> =
                    serde_json::from_value(arguments.get("words").cloned().unwrap_or_default())
                        .unwrap_or_default();
                self.words(&words).await
            }
            _ => Err(failure(
                "unknown_tool",
                format!("codemode has no answer to `{}`", question.escape_debug()),
            )),
        }
    }

    fn search(&self, query: &str, limit: usize) -> String {
        search(&self.catalog, self.language, query, limit, self.shapes)
    }

    fn describe(&self, name: &str) -> Result<String, ToolError> {
        let name = name.trim();
        if let Some(tools) = self.catalog.tools_of(name.strip_prefix("tools.").unwrap_or(name)) {
            let shown = &tools[..tools.len().min(HITS_MAX)];
            return Ok(Catalog::stubs(self.language, shown, self.shapes));
        }
        Ok(Catalog::stubs(self.language, &[self.catalog.tool_at(name)?], self.shapes))
    }

    /// The tools of a server by their legal names: own name and parameters in the order of positional arguments.
    fn names(&self, server: &str) -> Result<Value, ToolError> {
        let unknown = || failure("unknown_server", format!("no server `{}`", server.escape_debug()));
        let tools = self.catalog.tools_of(server).ok_or_else(unknown)?;
        let entry =
            |tool: &Found<'_>| (tool.name().to_owned(), json!([tool.tool().name, tool.parameter_names()]));
        Ok(Value::Object(tools.iter().map(entry).collect()))
    }

    /// A command line: `server.tool name=value ...`, `search WORDS` or `describe server.tool`.
    async fn words(&self, words: &[String]) -> Result<Value, ToolError> {
        match words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
            None | Some(("help" | "--help" | "-h", _)) => Err(failure("usage", USAGE.to_owned())),
            Some(("search", rest)) => Ok(value_of(self.search(&rest.join(" "), HITS).into())),
            Some(("describe", [name])) => Ok(value_of(self.describe(name)?.into())),
            Some((path, rest)) => {
                let found = self.catalog.tool_at(path)?;
                if let [only] = rest
                    && (only == "--help" || only == "-h")
                {
                    return Ok(value_of(self.describe(path)?.into()));
                }
                self.call(&found, found.read_words(rest)?).await
            }
        }
    }
}

const USAGE: &str = "tool server.name parameter=value ... | tool server.name '{\"parameter\": value}' | tool search WORDS | tool describe server.name";

/// The stubs of the tools that fit a query best, and how many more there are.
pub(crate) fn search(
    catalog: &Catalog,
    language: Language,
    query: &str,
    limit: usize,
    shapes: &dyn Shapes,
) -> String {
    let hits = catalog.search(query, limit);
    if hits.is_empty() {
        let servers: Vec<&str> = catalog.server_names().take(HITS_MAX).collect();
        let servers = if servers.is_empty() { "none is configured".to_owned() } else { servers.join(", ") };
        return format!("no tool fits these words; servers: {servers}");
    }
    let mut by_server = hits;
    let order: Vec<&str> = by_server.iter().map(Found::server).collect();
    let first = order.clone();
    // Tools of one server stand together, at the place of its best one.
    by_server.sort_by_key(|found| first.iter().position(|server| *server == found.server()));
    Catalog::stubs(language, &by_server, shapes)
}

fn failure(code: &str, message: String) -> ToolError {
    ToolError { code: code.to_owned(), data: Value::Null, message }
}

fn value_of(value: Value) -> Value {
    json!({ "value": value })
}

/// A result as the guest protocol carries it. Structured content counts, else text that is JSON, else text. What is no
/// text stays a block.
fn plain(result: ToolResult) -> Value {
    let ToolResult { structured, blocks, meta } = result;
    let mut fields = Map::new();
    let is_text = blocks.iter().all(|block| matches!(block, Block::Text(_)));
    let value = structured.or_else(|| is_text.then(|| text_value(&blocks)));
    if let Some(value) = value {
        fields.insert("value".to_owned(), value);
    }
    if !is_text {
        fields.insert("blocks".to_owned(), blocks.into_iter().map(block).collect());
    }
    if let Some(meta) = meta {
        fields.insert("meta".to_owned(), meta);
    }
    Value::Object(fields)
}

fn text_value(blocks: &[Block]) -> Value {
    let texts: Vec<&str> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match texts[..] {
        [] => Value::Null,
        [only] => parsed(only),
        _ => {
            let all: Option<Vec<Value>> = texts.iter().map(|text| container(text)).collect();
            all.map_or_else(|| texts.join("\n").into(), Value::Array)
        }
    }
}

/// A text that is JSON as its value.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

fn container(text: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array())
}

fn block(block: Block) -> Value {
    match block {
        Block::Audio { bytes, mime_type } => {
            json!({"type": "audio", "mime_type": mime_type, "base64": STANDARD.encode(bytes)})
        }
        Block::Image { bytes, mime_type } => {
            json!({"type": "image", "mime_type": mime_type, "base64": STANDARD.encode(bytes)})
        }
        Block::Link { mime_type, name, uri } => {
            json!({"type": "link", "mime_type": mime_type, "name": name, "uri": uri})
        }
        Block::Resource { bytes, mime_type, text: true, uri } => {
            json!({"type": "resource", "mime_type": mime_type, "uri": uri, "text": String::from_utf8_lossy(&bytes)})
        }
        Block::Resource { bytes, mime_type, text: false, uri } => {
            json!({"type": "resource", "mime_type": mime_type, "uri": uri, "base64": STANDARD.encode(bytes)})
        }
        Block::Text(text) => json!({"type": "text", "value": parsed(&text)}),
    }
}
