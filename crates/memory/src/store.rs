//! Opens the file and asks its tables.

mod learnings;
mod open;
mod vectors;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

pub use learnings::{Imported, LEARNINGS_MAX};

use crate::rows::{RunRow, SessionRow};

/// Runs that are kept; older ones are forgotten.
pub const RUNS_MAX: u32 = 10_000;

/// Sessions that are kept; those that nobody used for longest are forgotten.
const SESSIONS_MAX: u32 = 1_000;

/// How long one server waits for another's write.
const BUSY: Duration = Duration::from_secs(10);

/// The file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says why.
    #[error("failed to use the history")]
    Sqlite(#[from] rusqlite::Error),
    /// Its pages contradict each other; SQLite says how.
    #[error("the history is damaged: {0}")]
    Damaged(String),
    /// The file's folder or the file itself cannot be used.
    #[error("failed to open the history")]
    File(#[from] std::io::Error),
    /// A later version of codemode made it.
    #[error("the history has version {0}, newer than this codemode knows")]
    Newer(i32),
}

/// The file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    /// What its user should hear: that a damaged file was put aside, and where.
    pub warnings: Vec<String>,
}

/// Which runs to list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only runs that failed.
    pub failed: bool,
    /// At most this many.
    pub limit: u32,
    /// Only runs of this session.
    pub session: Option<String>,
    /// Only runs that began at this time or later, in milliseconds since 1970.
    pub since_ms: Option<i64>,
}

impl Store {
    /// Opens the file and makes it when it is not there. A damaged one is put aside as `NAME.damaged-N` and a new one
    /// begins, which [`Store::warnings`] says.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        open::open(path)
    }

    /// Notes one run, and its session when it has one.
    pub fn add(&mut self, run: &RunRow) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.prepare_cached(INSERT_RUN)?.execute(params![
            run.run_id,
            run.time_ms,
            run.description,
            run.language,
            run.engine,
            run.isolation,
            run.session_id,
            run.code_sha256,
            run.code_lines,
            run.ending,
            run.exit_code,
            run.success,
            run.error_type,
            run.duration_ms,
            run.cpu_ms,
            run.memory_peak_bytes,
            run.stdout_bytes,
            run.stderr_bytes,
            run.read_bytes,
            run.written_bytes
        ])?;
        transaction.prepare_cached(FORGET_RUNS)?.execute([RUNS_MAX])?;
        if let Some(session) = &run.session_id {
            let session = params![session, run.language, run.engine, run.time_ms];
            transaction.prepare_cached(INSERT_SESSION)?.execute(session)?;
            transaction.prepare_cached(FORGET_SESSIONS)?.execute([SESSIONS_MAX])?;
        }
        Ok(transaction.commit()?)
    }

    /// Runs, newest first.
    pub fn runs(&self, filter: &Filter) -> Result<Vec<RunRow>, StoreError> {
        let Filter { failed, limit, session, since_ms } = filter;
        let mut statement = self.connection.prepare_cached(SELECT_RUNS)?;
        let rows = statement.query_map(params![session, failed, since_ms, limit], run_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sessions, the last used first.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_SESSIONS)?;
        let rows = statement.query_map([], session_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets a session in every language. True when there was one.
    pub fn forget_session(&mut self, id: &str) -> Result<bool, StoreError> {
        let transaction = self.connection.transaction()?;
        let forgotten = transaction.execute("DELETE FROM sessions WHERE session_id = ?1", [id])?;
        transaction.commit()?;
        Ok(forgotten > 0)
    }
}

const INSERT_RUN: &str = "
INSERT OR REPLACE INTO runs (run_id, time_ms, description, language, engine, isolation, session_id, code_sha256,
    code_lines, ending, exit_code, success, error_type, duration_ms, cpu_ms, memory_peak_bytes, stdout_bytes, stderr_bytes,
    read_bytes, written_bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";

// By number, which only grows: no count and no sort at every run.
const FORGET_RUNS: &str = "DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?1";

const INSERT_SESSION: &str = "
INSERT INTO sessions (session_id, language, engine, created_ms, last_used_ms, runs) VALUES (?1, ?2, ?3, ?4, ?4, 1)
ON CONFLICT (session_id, language) DO UPDATE SET
    engine = excluded.engine, last_used_ms = max(last_used_ms, excluded.last_used_ms), runs = runs + 1";

const FORGET_SESSIONS: &str = "
DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions ORDER BY last_used_ms DESC LIMIT -1 OFFSET ?1)";

const SELECT_RUNS: &str = "
SELECT run_id, time_ms, description, language, engine, isolation, session_id, code_sha256, code_lines, ending, exit_code,
    success, error_type, duration_ms, cpu_ms, memory_peak_bytes, stdout_bytes, stderr_bytes, read_bytes, written_bytes
FROM runs WHERE (?1 IS NULL OR session_id = ?1) AND (NOT ?2 OR NOT success) AND (?3 IS NULL OR time_ms >= ?3)
ORDER BY time_ms DESC, number DESC LIMIT ?4";

const SELECT_SESSIONS: &str = "
SELECT session_id, language, engine, created_ms, last_used_ms, runs FROM sessions
ORDER BY last_used_ms DESC, session_id, language";

fn run_row(row: &Row<'_>) -> Result<RunRow, rusqlite::Error> {
    Ok(RunRow {
        run_id: row.get(0)?,
        time_ms: row.get(1)?,
        description: row.get(2)?,
        language: row.get(3)?,
        engine: row.get(4)?,
        isolation: row.get(5)?,
        session_id: row.get(6)?,
        code_sha256: row.get(7)?,
        code_lines: row.get(8)?,
        ending: row.get(9)?,
        exit_code: row.get(10)?,
        success: row.get(11)?,
        error_type: row.get(12)?,
        duration_ms: row.get(13)?,
        cpu_ms: row.get(14)?,
        memory_peak_bytes: row.get(15)?,
        stdout_bytes: row.get(16)?,
        stderr_bytes: row.get(17)?,
        read_bytes: row.get(18)?,
        written_bytes: row.get(19)?,
    })
}

fn session_row(row: &Row<'_>) -> Result<SessionRow, rusqlite::Error> {
    Ok(SessionRow {
        session_id: row.get(0)?,
        language: row.get(1)?,
        engine: row.get(2)?,
        created_ms: row.get(3)?,
        last_used_ms: row.get(4)?,
        runs: row.get(5)?,
    })
}

impl StoreError {
    /// True when the file is no SQLite file, or not a whole one.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged(_) => true,
            Self::Sqlite(error) => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            Self::File(_) | Self::Newer(_) => false,
        }
    }
}
