//! What a tool answered, as the runner takes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codemode_run::{Block, ToolError, ToolResult};
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::{Value, json};

use super::clean::clean;

/// Characters of a tool's own words in an error.
const ERROR_CHARS: usize = 4_000;

/// The answer, or the error that the tool says it is.
pub(super) fn convert(result: CallToolResult, server: &str, tool: &str) -> Result<ToolResult, ToolError> {
    let failed = result.is_error == Some(true);
    let meta = result.meta.and_then(|meta| serde_json::to_value(meta).ok());
    let blocks: Vec<Block> = result.content.into_iter().map(block).collect();
    if !failed {
        return Ok(ToolResult { structured: result.structured_content, blocks, meta });
    }
    let texts: Vec<&str> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let said = shorten(&clean(&texts.join("\n")));
    let message =
        if said.is_empty() { format!("`{server}.{tool}` failed and does not say why") } else { said };
    let data = json!({"server": server, "tool": tool, "structured": result.structured_content, "meta": meta});
    Err(ToolError { code: "tool_error".to_owned(), data, message })
}

/// A tool's own words, bounded.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(ERROR_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => {
            format!("{}... [{} more characters]", &text[..end], text[end..].chars().count())
        }
    }
}

fn block(content: ContentBlock) -> Block {
    match content {
        ContentBlock::Audio(audio) => match STANDARD.decode(&audio.data) {
            Ok(bytes) => Block::Audio { bytes, mime_type: audio.mime_type },
            Err(_) => unreadable("sound", &audio.mime_type),
        },
        ContentBlock::Image(image) => match STANDARD.decode(&image.data) {
            Ok(bytes) => Block::Image { bytes, mime_type: image.mime_type },
            Err(_) => unreadable("picture", &image.mime_type),
        },
        ContentBlock::Resource(embedded) => resource(embedded.resource),
        ContentBlock::ResourceLink(link) => {
            Block::Link { mime_type: link.mime_type, name: clean(&link.name), uri: link.uri }
        }
        ContentBlock::Text(text) => Block::Text(text.text),
        other => Block::Text(serde_json::to_string(&other).unwrap_or_default()),
    }
}

fn resource(contents: ResourceContents) -> Block {
    match contents {
        ResourceContents::TextResourceContents { uri, mime_type, text, .. } => {
            Block::Resource { bytes: text.into_bytes(), mime_type, text: true, uri }
        }
        ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => match STANDARD.decode(&blob) {
            Ok(bytes) => Block::Resource { bytes, mime_type, text: false, uri },
            Err(_) => unreadable("resource", mime_type.as_deref().unwrap_or("no type")),
        },
        _ => unreadable("resource", "of a kind that codemode does not know"),
    }
}

fn unreadable(what: &str, mime_type: &str) -> Block {
    Block::Text(format!("[a {what} ({mime_type}) whose base64 is not valid]"))
}

/// Data of an error that names where it came from.
pub(super) fn origin(server: &str, tool: &str) -> Value {
    json!({"server": server, "tool": tool})
}
