//! The report as JSON: the shape that programs rely on.

use codemode_run::{Ending, KillCause, Report, Value as RunValue};
use serde_json::{Map, Value, json};

use super::session_file;

/// `_meta["codemode/report"]`. What a run does not have is null; one that goes on has no ending.
pub fn json(report: &Report) -> Value {
    let ending = report.ending.as_ref();
    json!({
        "run_id": report.run_id,
        "engine": report.engine,
        "isolation": report.isolation.map(|level| level.name()),
        "language": report.language.name(),
        "session_id": report.session_id,
        "ending": ending.map(ending_json),
        "success": ending.map(Ending::is_success),
        "exit_code": ending.and_then(Ending::exit_code),
        "value": report.value.as_ref().map(value_json),
        "stdout": report.stdout.text,
        "stderr": report.stderr.text,
        "stdout_bytes": report.stdout.bytes,
        "stderr_bytes": report.stderr.bytes,
        "truncated": report.stdout.truncated || report.stderr.truncated || is_cut(report),
        "duration_ms": millis(report.duration),
        "cpu_ms": report.usage.cpu.map(millis),
        "memory_peak_bytes": report.usage.memory_peak_bytes,
        "packages_installed": report.packages_installed,
        "tool_calls": tool_calls(report),
        "files": files(report),
        "attempts": report.attempts,
        "hints": report.hints,
    })
}

fn tool_calls(report: &Report) -> Vec<Value> {
    let calls = report.tool_calls.iter();
    calls.map(|call| json!({"server": call.server, "tool": call.tool, "ms": millis(call.duration), "ok": call.ok})).collect()
}

/// Files that a report holds.
const FILES_REPORTED_MAX: usize = 1000;

fn files(report: &Report) -> Vec<Value> {
    let files = report.files.iter().take(FILES_REPORTED_MAX);
    files
        .map(|file| {
            let uri = session_file(report.session_id.as_deref(), &file.name);
            json!({"name": file.name, "mime_type": file.mime_type, "bytes": file.bytes, "uri": uri})
        })
        .collect()
}

fn ending_json(ending: &Ending) -> Value {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), ending.kind().into());
    let more = match ending {
        Ending::Cancel | Ending::Finish => json!({}),
        Ending::Exit { code } => json!({"code": code}),
        Ending::Kill { cause } => kill_json(*cause),
        Ending::Raise(exception) => json!({
            "type": exception.kind,
            "message": exception.message,
            "traceback": exception.traceback,
            "module": exception.module,
        }),
        Ending::Refuse(refusal) => json!({
            "code": "POLICY_VIOLATION",
            "rule": refusal.rule,
            "line": refusal.line,
            "message": refusal.message,
            "mend": refusal.mend,
        }),
        Ending::Timeout { after } => json!({"seconds": after.as_secs_f64()}),
    };
    fields.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(fields)
}

fn kill_json(cause: KillCause) -> Value {
    let name = match cause {
        KillCause::Memory => "memory",
        KillCause::Processes => "processes",
        KillCause::Protocol => "protocol",
        KillCause::Workspace => "workspace",
        KillCause::Signal(signal) => return json!({"cause": "signal", "signal": signal}),
    };
    json!({"cause": name})
}

fn value_json(value: &RunValue) -> Value {
    match value {
        RunValue::Json { json, .. } => json.clone(),
        RunValue::Text { text, .. } => Value::String(text.clone()),
    }
}

fn is_cut(report: &Report) -> bool {
    matches!(&report.value, Some(RunValue::Json { cut: true, .. } | RunValue::Text { cut: true, .. }))
}

/// The `diagnostics` of structured content: null for a program that finished.
pub(super) fn diagnostics(report: &Report) -> Value {
    match &report.ending {
        None | Some(Ending::Finish) => Value::Null,
        Some(Ending::Raise(exception)) => {
            json!({"error_type": exception.kind, "traceback": exception.traceback})
        }
        Some(Ending::Refuse(refusal)) => {
            json!({"error_type": "POLICY_VIOLATION", "message": refusal.to_string()})
        }
        Some(Ending::Timeout { after }) => {
            json!({"error_type": "TIMEOUT", "timeout_seconds": after.as_secs_f64()})
        }
        Some(ending) => json!({"error_type": ending.kind().to_uppercase()}),
    }
}

/// Whole milliseconds, at least one for what took any time.
fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
