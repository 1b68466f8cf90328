//! Opens the file: private, shared with other servers, migrated, and put aside when it is damaged.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::{BUSY, Store, StoreError};

/// Each step leads from the version that is its place to the next one. Steps are never changed, only added.
const MIGRATIONS: &[&str] = &["
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL UNIQUE, time_ms INTEGER NOT NULL, description TEXT,
    language TEXT NOT NULL, engine TEXT, isolation TEXT, session_id TEXT, code_sha256 TEXT NOT NULL,
    code_lines INTEGER NOT NULL, ending TEXT NOT NULL, exit_code INTEGER, success INTEGER NOT NULL, error_type TEXT,
    duration_ms INTEGER NOT NULL, cpu_ms INTEGER, memory_peak_bytes INTEGER, stdout_bytes INTEGER NOT NULL,
    stderr_bytes INTEGER NOT NULL);
CREATE INDEX runs_time ON runs (time_ms);
CREATE INDEX runs_session ON runs (session_id, time_ms);
CREATE TABLE sessions (
    session_id TEXT NOT NULL, language TEXT NOT NULL, engine TEXT, created_ms INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL, runs INTEGER NOT NULL, PRIMARY KEY (session_id, language));
CREATE INDEX sessions_used ON sessions (last_used_ms);
", super::learnings::MIGRATION, super::vectors::MIGRATION, super::learnings::EXTRA_MIGRATION, "
ALTER TABLE runs ADD COLUMN read_bytes INTEGER;
ALTER TABLE runs ADD COLUMN written_bytes INTEGER;
"];

static MAKING: Mutex<()> = Mutex::new(());

/// See [`Store::open`].
pub(super) fn open(path: &Path) -> Result<Store, StoreError> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    match open_checked(path) {
        Err(error) if error.is_damage() => replace(path, &error),
        opened => opened,
    }
}

fn open_checked(path: &Path) -> Result<Store, StoreError> {
    // Closing any descriptor of a file drops every lock that this process has on it: nobody else may have it open while
    // this makes it. SQLite gives its side files the mode of the main one, so that one has to be private first.
    let making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    private_file(path)?;
    drop(making);
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // A deferred transaction that becomes a write fails at once beside another writer, whatever the timeout.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    check(&connection)?;
    migrate(&mut connection)?;
    Ok(Store { connection, warnings: Vec::new() })
}

/// SQLite does not wait for other servers while it changes the journal mode: so this does.
fn write_ahead(connection: &Connection) -> Result<(), StoreError> {
    let until = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return Ok(result?),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged(verdict)) }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    let version: i32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(0);
    let Some(steps) = MIGRATIONS.get(done..) else { return Err(StoreError::Newer(version)) };
    for (to, step) in (version + 1..).zip(steps) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", to)?;
    }
    Ok(transaction.commit()?)
}

/// Puts a damaged file aside and begins a new one.
fn replace(path: &Path, damage: &StoreError) -> Result<Store, StoreError> {
    // Two servers may find the damage at once: the second must not put the first one's new file aside.
    let guard = File::create(beside(path, ".lock"))?;
    guard.lock()?;
    match open_checked(path) {
        Err(error) if error.is_damage() => {}
        opened => return opened,
    }
    let aside = free_name(path);
    fs::rename(path, &aside)?;
    for side in ["-wal", "-shm"] {
        // They belong to the damaged file; a new one beside them would be damaged too.
        match fs::rename(beside(path, side), beside(&aside, side)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let mut store = open_checked(path)?;
    let cause = match (damage, std::error::Error::source(damage)) {
        (_, Some(source)) => source.to_string(),
        (damage, None) => damage.to_string(),
    };
    store.warnings.push(format!(
        "the history {} was damaged ({cause}) and is now {}; a new one begins",
        path.display(),
        aside.display()
    ));
    Ok(store)
}

fn free_name(path: &Path) -> PathBuf {
    let mut number = 1;
    loop {
        let name = beside(path, &format!(".damaged-{number}"));
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}
