//! What the history keeps of a run and of a session.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codemode_run::{Ending, Report, RunRequest};
use sha2::{Digest, Sha256};

/// One run. The program itself is not kept, only its hash and its length.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a report")]
pub struct RunRow {
    pub run_id: String,
    /// When it began, in milliseconds since 1970.
    pub time_ms: i64,
    pub description: Option<String>,
    pub language: String,
    pub engine: Option<String>,
    pub isolation: Option<String>,
    pub session_id: Option<String>,
    pub code_sha256: String,
    pub code_lines: i64,
    pub ending: String,
    pub exit_code: Option<i32>,
    pub success: bool,
    pub error_type: Option<String>,
    pub duration_ms: i64,
    pub cpu_ms: Option<i64>,
    pub memory_peak_bytes: Option<i64>,
    pub read_bytes: Option<i64>,
    pub written_bytes: Option<i64>,
    pub stdout_bytes: i64,
    pub stderr_bytes: i64,
}

/// One session in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SessionRow {
    pub session_id: String,
    pub language: String,
    pub engine: Option<String>,
    pub created_ms: i64,
    pub last_used_ms: i64,
    pub runs: i64,
}

impl RunRow {
    /// What is kept of a run that ended now.
    pub fn new(request: &RunRequest, report: &Report) -> Self {
        let ending = report.ending.as_ref();
        Self {
            run_id: report.run_id.clone(),
            time_ms: now_ms() - millis(report.duration),
            description: request.description.clone(),
            language: report.language.name().to_owned(),
            engine: report.engine.map(str::to_owned),
            isolation: report.isolation.map(|level| level.name().to_owned()),
            session_id: report.session_id.clone(),
            code_sha256: sha256(&request.code),
            code_lines: i64::try_from(request.code.lines().count()).unwrap_or(i64::MAX),
            ending: ending.map_or("none", Ending::kind).to_owned(),
            exit_code: ending.and_then(Ending::exit_code),
            success: report.is_success(),
            error_type: error_type(ending),
            duration_ms: millis(report.duration),
            cpu_ms: report.usage.cpu.map(millis),
            memory_peak_bytes: report.usage.memory_peak_bytes.map(count),
            read_bytes: report.usage.read_bytes.map(count),
            written_bytes: report.usage.written_bytes.map(count),
            stdout_bytes: count(report.stdout.bytes),
            stderr_bytes: count(report.stderr.bytes),
        }
    }
}

fn error_type(ending: Option<&Ending>) -> Option<String> {
    Some(match ending? {
        Ending::Cancel | Ending::Exit { .. } | Ending::Finish => return None,
        Ending::Kill { cause } => format!("killed: {}", cause.describe()),
        Ending::Raise(exception) => exception.kind.clone(),
        Ending::Refuse(_) => "POLICY_VIOLATION".to_owned(),
        Ending::Timeout { .. } => "TIMEOUT".to_owned(),
    })
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Now, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
