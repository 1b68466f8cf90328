//! The file under several writers, damage and other versions, and the journal that writes it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod exchange;
mod history;
mod learnings;
mod lessons;
mod store;

use codemode_memory::{Filter, RunRow, Store};

/// A run with everything that a run can have.
fn row(id: &str, session: Option<&str>, success: bool) -> RunRow {
    RunRow {
        run_id: id.to_owned(),
        time_ms: 5,
        description: Some("sums".to_owned()),
        language: "python".to_owned(),
        engine: Some("direct".to_owned()),
        isolation: Some("none".to_owned()),
        session_id: session.map(str::to_owned),
        code_sha256: "ab".repeat(32),
        code_lines: 3,
        ending: if success { "finish" } else { "raise" }.to_owned(),
        exit_code: Some(i32::from(!success)),
        success,
        error_type: (!success).then(|| "ValueError".to_owned()),
        duration_ms: 12,
        cpu_ms: Some(10),
        memory_peak_bytes: None,
        read_bytes: Some(6),
        written_bytes: Some(7),
        stdout_bytes: 4,
        stderr_bytes: 0,
    }
}

fn ids(store: &Store, filter: &Filter) -> Vec<String> {
    store.runs(filter).unwrap().into_iter().map(|run| run.run_id).collect()
}

const ALL: Filter = Filter { failed: false, limit: 100_000, session: None, since_ms: None };
