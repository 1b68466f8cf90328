//! `codemode log`.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codemode_memory::{Filter, RunRow, Store};
use serde_json::{Value, json};

use super::{Failure, Outcome, Surroundings};
use crate::config::keys::Kind;
use crate::config::value::Value as Setting;
use crate::terminal::{out, table};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode log --failed --since 24h --json")]
pub(super) struct Arguments {
    /// Only runs that failed
    #[arg(long)]
    failed: bool,
    /// Prints JSON, a run a line
    #[arg(long)]
    json: bool,
    /// At most this many, the newest first
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    limit: u32,
    /// Only runs of this session
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Only runs that began within this time, such as 30m or 24h
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Duration>,
}

fn time(text: &str) -> Result<Duration, String> {
    match Kind::Seconds.parse(text) {
        Some(Setting::Seconds(time)) => Ok(time),
        _ => Err(format!("expected {}", Kind::Seconds.expected())),
    }
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let filter = Filter {
        failed: arguments.failed,
        limit: arguments.limit,
        session: arguments.session.clone(),
        since_ms: arguments.since.map(since_ms),
    };
    let runs = open(surroundings)?.runs(&filter)?;
    out(&if arguments.json {
        runs.iter().map(|run| format!("{}\n", run_json(run))).collect()
    } else {
        run_table(&runs)
    });
    Ok(ExitCode::SUCCESS)
}

/// The history; what was put aside as damaged is told.
pub(super) fn open(surroundings: &Surroundings) -> Result<Store, Failure> {
    let store = Store::open(&surroundings.paths.database)?;
    for warning in &store.warnings {
        crate::terminal::note(&format!("warning: {warning}"));
    }
    Ok(store)
}

fn since_ms(ago: Duration) -> i64 {
    let since = SystemTime::now().checked_sub(ago).and_then(|since| since.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn run_json(run: &RunRow) -> Value {
    json!({
        "run_id": run.run_id, "time": time_text(run.time_ms), "description": run.description, "language": run.language,
        "engine": run.engine, "isolation": run.isolation, "session_id": run.session_id, "code_sha256": run.code_sha256,
        "code_lines": run.code_lines, "ending": run.ending, "exit_code": run.exit_code, "success": run.success,
        "error_type": run.error_type, "duration_ms": run.duration_ms, "cpu_ms": run.cpu_ms,
        "memory_peak_bytes": run.memory_peak_bytes, "stdout_bytes": run.stdout_bytes, "stderr_bytes": run.stderr_bytes,
        "read_bytes": run.read_bytes, "written_bytes": run.written_bytes,
    })
}

fn run_table(runs: &[RunRow]) -> String {
    let heading = ["time", "run", "ending", "ms", "language", "place", "session", "description"]
        .map(str::to_owned)
        .to_vec();
    let rows = runs.iter().map(|run| {
        let place = run
            .engine
            .as_ref()
            .zip(run.isolation.as_ref())
            .map(|(engine, level)| format!("{engine}/{level}"));
        let ending = run.error_type.clone().unwrap_or_else(|| run.ending.clone());
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            time_text(run.time_ms),
            run.run_id.clone(),
            ending,
            run.duration_ms.to_string(),
            run.language.clone(),
            place.unwrap_or_default(),
            optional(&run.session_id),
            optional(&run.description),
        ]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// A time as RFC 3339 in UTC.
pub(super) fn time_text(time_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(time_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
