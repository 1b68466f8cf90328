//! The report as text: the sections of a result, in their order, each only when it holds something.

use std::fmt::Write;

use codemode_run::{Ending, Report, Value};

use super::blocks::shown_name;
use super::session_file;

/// The text block of a result.
pub fn text(report: &Report) -> String {
    let mut text = report.stdout.text.clone();
    section(&mut text, "stderr", &report.stderr.text);
    if let Some(value) = value_text(report) {
        section(&mut text, "value", &value);
    }
    if let Some(error) = error_text(report) {
        section(&mut text, "error", &error);
    }
    for hint in &report.hints {
        line(&mut text, &format!("hint: {hint}"));
    }
    section(&mut text, "files", &files(report));
    line(&mut text, &closing(report));
    text
}

fn section(text: &mut String, name: &str, content: &str) {
    if !content.is_empty() {
        line(text, &format!("[{name}]"));
        line(text, content);
    }
}

fn line(text: &mut String, content: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(content);
}

/// The value of a run as a reader sees it; `None` when it has none.
pub fn value_text(report: &Report) -> Option<String> {
    Some(match report.value.as_ref()? {
        Value::Json { json: serde_json::Value::String(text), .. } | Value::Text { text, .. } => text.clone(),
        Value::Json { json, .. } if json.is_array() || json.is_object() => {
            let short = json.to_string();
            // One line is easier to read while it is short.
            if short.len() <= 100 { short } else { serde_json::to_string_pretty(json).unwrap_or(short) }
        }
        Value::Json { json, .. } => json.to_string(),
    })
}

/// How a program failed, in the words of the section `[error]`; `None` when it did not.
pub fn error_text(report: &Report) -> Option<String> {
    Some(match report.ending.as_ref()? {
        Ending::Finish => return None,
        Ending::Cancel => "Cancelled".to_owned(),
        Ending::Exit { code } => format!("Exit code {code}"),
        Ending::Kill { cause } => format!("Killed: {}", cause.describe()),
        Ending::Raise(exception) => exception.traceback.clone(),
        Ending::Refuse(refusal) => refusal.to_string(),
        Ending::Timeout { after } => format!("Timeout: stopped after {} s", after.as_secs_f64()),
    })
}

/// Files that the section `[files]` names.
const FILES_LISTED_MAX: usize = 50;

fn files(report: &Report) -> String {
    let mut lines: Vec<String> = report
        .files
        .iter()
        .take(FILES_LISTED_MAX)
        .map(|file| {
            let uri = session_file(report.session_id.as_deref(), &file.name);
            format!("{} ({}, {} bytes): {uri}", shown_name(&file.name), file.mime_type, file.bytes)
        })
        .collect();
    if report.files.len() > FILES_LISTED_MAX {
        lines.push(format!("and {} more", report.files.len() - FILES_LISTED_MAX));
    }
    lines.join("\n")
}

/// The last line of a result: which run it was, where it ran and how long it took.
pub fn closing(report: &Report) -> String {
    let mut line = format!("[run {}", report.run_id);
    if let Some(place) = report.place() {
        let _ = write!(line, " · {place}");
    }
    if report.ending.is_none() {
        let seconds = report.duration.as_secs();
        let _ = write!(
            line,
            " · still running after {seconds} s · call wait_run with run_id \"{}\"]",
            report.run_id
        );
        return line;
    }
    let _ = write!(line, " · {} ms", report.duration.as_millis());
    match report.tool_calls.len() {
        0 => {}
        1 => line.push_str(" · 1 tool call"),
        count => {
            let _ = write!(line, " · {count} tool calls");
        }
    }
    if let Some(session) = &report.session_id {
        let _ = write!(line, " · session {session}");
    }
    line + "]"
}
