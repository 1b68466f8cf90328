//! Upstream tools that are passed through as tools of our own: those of servers in mode `direct` or `both`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_run::{Block, Tool, ToolCall, ToolError, ToolResult};
use rmcp::model::{
    self, CallToolResult, ContentBlock, JsonObject, MetaObject, Resource, ResourceContents, ToolAnnotations,
};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::Shared;

/// Longest name that every client takes.
const NAME_CHARS_MAX: usize = 64;

/// The tools by the names under which they are offered here.
pub(super) fn tools(shared: &Shared) -> Vec<(String, Tool)> {
    let mut taken = BTreeSet::new();
    let name = |tool: Tool| {
        let plain = legal(&format!("{}__{}", tool.server, tool.name));
        let numbered = (2..).map(|number| {
            let end = format!("_{number}");
            format!("{}{end}", &plain[..plain.len().min(NAME_CHARS_MAX - end.len())])
        });
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        let name = names.find(|name| taken.insert(name.clone())).unwrap_or_default();
        (name, tool)
    };
    shared.runs.runner().direct_tools().into_iter().map(name).collect()
}

/// Letters, digits, `_` and `-`, as every client takes them.
fn legal(name: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    name.chars().map(|letter| if is_plain(&letter) { letter } else { '_' }).take(NAME_CHARS_MAX).collect()
}

/// A tool as `tools/list` carries it. Its words are its server's.
pub(super) fn definition(name: String, tool: Tool) -> model::Tool {
    let schema = |value: Value| match value {
        Value::Object(fields) => fields,
        _ => JsonObject::new(),
    };
    let mut definition = model::Tool::new(name, tool.description, schema(tool.input_schema));
    definition.output_schema = tool.output_schema.map(|value| schema(value).into());
    let annotations = ToolAnnotations::with_title(tool.title.unwrap_or(tool.name));
    definition.annotations = Some(annotations.read_only(tool.read_only).destructive(tool.destructive));
    definition
}

/// Calls one. A client that takes its request back takes the call back.
pub(super) async fn call(
    shared: &Shared,
    tool: Tool,
    arguments: Map<String, Value>,
    cancel: CancellationToken,
) -> CallToolResult {
    let call = ToolCall { arguments, server: tool.server, tool: tool.name };
    match shared.runs.runner().call_tool(call, cancel).await {
        Ok(result) => answer(result),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &ToolError) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(format!("{}: {}", error.code, error.message))])
}

fn answer(result: ToolResult) -> CallToolResult {
    let mut answer = CallToolResult::success(result.blocks.into_iter().map(block).collect());
    answer.structured_content = result.structured;
    if let Some(Value::Object(meta)) = result.meta {
        answer.meta = Some(MetaObject(meta));
    }
    answer
}

fn block(block: Block) -> ContentBlock {
    match block {
        Block::Audio { bytes, mime_type } => ContentBlock::audio(STANDARD.encode(bytes), mime_type),
        Block::Image { bytes, mime_type } => ContentBlock::image(STANDARD.encode(bytes), mime_type),
        Block::Link { mime_type, name, uri } => {
            let mut link = Resource::new(uri, name);
            link.mime_type = mime_type;
            ContentBlock::resource_link(link)
        }
        Block::Resource { bytes, mime_type, text, uri } => {
            let contents = if text {
                ResourceContents::text(String::from_utf8_lossy(&bytes), uri)
            } else {
                ResourceContents::blob(STANDARD.encode(bytes), uri)
            };
            ContentBlock::resource(match mime_type {
                Some(mime_type) => contents.with_mime_type(mime_type),
                None => contents,
            })
        }
        Block::Text(text) => ContentBlock::text(text),
    }
}
