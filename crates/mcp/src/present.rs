//! A report as a client sees it: content blocks, `_meta["codemode/report"]` and, when wanted, structured content.

mod address;
mod blocks;
mod json;
mod learning;
mod text;

use std::collections::BTreeMap;

use codemode_raster::Picture;
use codemode_run::artifacts::Artifact;
use codemode_run::{Report, RunError};
use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::{Value, json};

pub(crate) use address::{decoded, session_file};
pub use blocks::{FILES_SHOWN_MAX, TEXT_CHARS_MAX};
pub(crate) use blocks::{candidates, contents, to_draw};
pub use json::json;
pub use learning::learning;
pub use text::{closing, error_text, text, value_text};

/// What a client can take of a result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Whether it knows `resource_link` blocks, which came with protocol version 2025-06-18.
    pub(crate) links: bool,
    /// Whether it gets `structuredContent` too.
    pub(crate) structured: bool,
}

/// A file of a result with its content, which is absent when the file is too large to be shown or is gone.
pub(crate) type Shown<'a> = (&'a Artifact, Option<Vec<u8>>);

/// The result of a run that is over, or of one that goes on when the report has no ending.
///
/// The pictures stand for those displays and files whose places among all of them they have.
pub(crate) fn result(
    report: &Report,
    files: &[Shown<'_>],
    pictures: &BTreeMap<usize, Picture>,
    style: Style,
) -> CallToolResult {
    let mut blocks = vec![ContentBlock::text(text(report))];
    blocks.extend(blocks::blocks(report, files, pictures));
    if !style.links {
        // Such a client finds the address in the section `[files]`.
        blocks.retain(|block| block.as_resource_link().is_none());
    }
    let failed = report.ending.as_ref().is_some_and(|ending| !ending.is_success());
    let mut result = if failed { CallToolResult::error(blocks) } else { CallToolResult::success(blocks) };
    let mut meta = MetaObject::new();
    meta.insert("codemode/report".to_owned(), json(report));
    result.meta = Some(meta);
    if style.structured {
        result.structured_content = Some(structured_content(report));
    }
    result
}

/// The result when we failed, or when the arguments were wrong: a tool error, so that the model can mend it.
pub(crate) fn failed(error: &RunError, style: Style) -> CallToolResult {
    if let Some(source) = &error.source {
        tracing::error!(code = error.code, %error, %source, "request failed");
    }
    let hint = error.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    let text = format!("{}: {}{hint}", error.code, error.message);
    let mut result = CallToolResult::error(vec![ContentBlock::text(text.as_str())]);
    if style.structured {
        // An output schema was promised: what carries it has to fit, also when nothing ran.
        let diagnostics = json!({"error_type": error.code.to_uppercase(), "message": error.message});
        result.structured_content = Some(json!({
            "success": false, "stdout": "", "stderr": text, "duration_ms": 0, "diagnostics": diagnostics,
        }));
    }
    result
}

fn structured_content(report: &Report) -> Value {
    let whole = json(report);
    json!({
        "success": whole["success"],
        "stdout": whole["stdout"],
        "stderr": whole["stderr"],
        "duration_ms": whole["duration_ms"],
        "diagnostics": json::diagnostics(report),
        "report": whole,
    })
}
