//! A report as a client sees it: content blocks, `_meta["codemode/report"]` and, when wanted, structured content.

mod json;
mod text;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_run::{Display, Report, RunError};
use rmcp::model::{CallToolResult, ContentBlock, MetaObject, ResourceContents};
use serde_json::{Value, json};

pub use json::json;
pub use text::{closing, error_text, text, value_text};

/// The result of a run that is over.
pub(crate) fn result(end: &Result<Report, RunError>, structured: bool) -> CallToolResult {
    match end {
        Ok(report) => of_report(report, text(report), !report.is_success(), structured),
        Err(error) => failed(error),
    }
}

/// The result of a request whose run goes on.
pub(crate) fn still_running(report: &Report, structured: bool) -> CallToolResult {
    of_report(report, text(report), false, structured)
}

/// The result when we failed, or when the arguments were wrong: a tool error, so that the model can mend it.
pub(crate) fn failed(error: &RunError) -> CallToolResult {
    if let Some(source) = &error.source {
        tracing::error!(code = error.code, %error, %source, "request failed");
    }
    let hint = error.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    CallToolResult::error(vec![ContentBlock::text(format!("{}: {}{hint}", error.code, error.message))])
}

fn of_report(report: &Report, text: String, is_error: bool, structured: bool) -> CallToolResult {
    let mut blocks = vec![ContentBlock::text(text)];
    let (images, others): (Vec<_>, Vec<_>) = report.displays.iter().partition(|display| is_image(display));
    blocks.extend(
        images.into_iter().map(|image| ContentBlock::image(STANDARD.encode(&image.bytes), &image.mime_type)),
    );
    blocks.extend(others.into_iter().enumerate().map(|(place, display)| other(report, place, display)));
    let mut result = if is_error { CallToolResult::error(blocks) } else { CallToolResult::success(blocks) };
    let mut meta = MetaObject::new();
    meta.insert("codemode/report".to_owned(), json(report));
    result.meta = Some(meta);
    if structured {
        result.structured_content = Some(structured_content(report));
    }
    result
}

fn is_image(display: &Display) -> bool {
    matches!(display.mime_type.as_str(), "image/gif" | "image/jpeg" | "image/png" | "image/webp")
}

/// What is no image: text as fenced text, everything else as an embedded resource.
fn other(report: &Report, place: usize, display: &Display) -> ContentBlock {
    let fence = match display.mime_type.as_str() {
        "application/json" => Some("json"),
        "image/svg+xml" => Some("svg"),
        "text/html" => Some("html"),
        kind if kind.starts_with("text/") => Some(""),
        _ => None,
    };
    match (fence, std::str::from_utf8(&display.bytes)) {
        (Some(fence), Ok(text)) => ContentBlock::text(format!("```{fence}\n{text}\n```")),
        _ => {
            let uri = format!("codemode://runs/{}/display/{place}", report.run_id);
            let blob = ResourceContents::blob(STANDARD.encode(&display.bytes), uri)
                .with_mime_type(&display.mime_type);
            ContentBlock::resource(blob)
        }
    }
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
