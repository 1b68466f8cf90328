//! The file and its tables.

use std::path::{Path, PathBuf};
use std::process::Command;

use codemode_memory::{Filter, RUNS_MAX, RunRow, Store, StoreError};
use rusqlite::Connection;

use crate::{ALL, ids, row};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/history.db");
    (folder, path)
}

fn pragma(path: &Path, name: &str) -> String {
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
        .map(|v| format!("{v:?}"))
        .unwrap()
}

#[test]
fn runs_are_kept_and_filtered_newest_first() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    for (time, (id, session, success)) in
        [("1", None, true), ("2", Some("a"), false), ("3", Some("a"), true)].iter().enumerate()
    {
        let time_ms = i64::try_from(time).unwrap();
        store.add(&RunRow { time_ms, ..row(id, *session, *success) }).unwrap();
    }
    assert_eq!(ids(&store, &ALL), ["3", "2", "1"]);
    assert_eq!(ids(&store, &Filter { failed: true, ..ALL }), ["2"]);
    assert_eq!(ids(&store, &Filter { session: Some("a".into()), limit: 1, ..ALL }), ["3"]);
    assert_eq!(ids(&store, &Filter { since_ms: Some(1), ..ALL }), ["3", "2"]);
    assert_eq!(ids(&store, &Filter { session: Some("b".into()), ..ALL }), [""; 0]);
    assert_eq!(store.runs(&ALL).unwrap()[1], RunRow { time_ms: 1, ..row("2", Some("a"), false) });
}

#[test]
fn runs_of_one_moment_stay_in_the_order_in_which_they_came() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    for id in ["b", "c", "a"] {
        store.add(&row(id, None, true)).unwrap();
    }
    assert_eq!(ids(&store, &ALL), ["a", "c", "b"]);
}

#[test]
fn a_session_counts_its_runs_in_each_language_and_can_be_forgotten() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    for (id, time_ms) in [("1", 10), ("2", 30), ("3", 20)] {
        store.add(&RunRow { time_ms, ..row(id, Some("a"), true) }).unwrap();
    }
    store.add(&RunRow { language: "bash".into(), time_ms: 40, ..row("4", Some("a"), true) }).unwrap();
    store.add(&row("5", Some("b"), true)).unwrap();
    let sessions = store.sessions().unwrap();
    let lines: Vec<_> = sessions
        .iter()
        .map(|s| (s.session_id.as_str(), s.language.as_str(), s.created_ms, s.last_used_ms, s.runs))
        .collect();
    assert_eq!(lines, [("a", "bash", 40, 40, 1), ("a", "python", 10, 30, 3), ("b", "python", 5, 5, 1)]);
    assert!(store.forget_session("a").unwrap());
    assert!(!store.forget_session("a").unwrap());
    assert_eq!(store.sessions().unwrap().len(), 1);
    // Its runs are history and stay.
    assert_eq!(ids(&store, &ALL).len(), 5);
}

#[test]
fn only_the_newest_runs_are_kept() {
    let (_folder, path) = place();
    drop(Store::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {RUNS_MAX})
             INSERT INTO runs (run_id, time_ms, language, code_sha256, code_lines, ending, success, duration_ms,
             stdout_bytes, stderr_bytes) SELECT 'old' || i, 1, 'bash', '', 1, 'finish', 1, 1, 0, 0 FROM n"
        ))
        .unwrap();
    drop(connection);
    let mut store = Store::open(&path).unwrap();
    for id in ["x", "y"] {
        store.add(&row(id, None, true)).unwrap();
    }
    let ids = ids(&store, &ALL);
    assert_eq!((ids.len(), ids[0].as_str(), ids[1].as_str()), (10_000, "y", "x"));
    assert_eq!(ids.last().unwrap(), "old3");
}

#[test]
fn two_servers_in_one_process_lose_nothing() {
    let (_folder, path) = place();
    let writers = ["a", "b"].map(|name| {
        let path = path.clone();
        std::thread::spawn(move || write_many(&path, name))
    });
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(ids(&Store::open(&path).unwrap(), &ALL).len(), 1000);
}

fn write_many(path: &Path, name: &str) {
    let mut store = Store::open(path).unwrap();
    for number in 0..500 {
        store.add(&row(&format!("{name}{number}"), Some(name), true)).unwrap();
    }
}

/// Set for a copy of this test binary that plays one of two servers.
const WRITER: &str = "CODEMODE_TEST_WRITER";

#[test]
fn two_processes_lose_nothing() {
    if let Ok(place) = std::env::var(WRITER) {
        let (name, path) = place.split_once(':').unwrap();
        return write_many(Path::new(path), name);
    }
    let (_folder, path) = place();
    let writers = ["a", "b"].map(|name| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "store::two_processes_lose_nothing"]);
        command
            .env(WRITER, format!("{name}:{}", path.display()))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    });
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let store = Store::open(&path).unwrap();
    assert_eq!(ids(&store, &ALL).len(), 1000);
    let mut runs: Vec<_> = store.sessions().unwrap().into_iter().map(|s| (s.session_id, s.runs)).collect();
    runs.sort();
    assert_eq!(runs, [("a".to_owned(), 500), ("b".to_owned(), 500)]);
}

#[test]
fn many_servers_that_start_at_once_make_one_file() {
    for _ in 0..10 {
        let (_folder, path) = place();
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let path = path.clone();
                std::thread::spawn(move || Store::open(&path).map(|store| store.warnings))
            })
            .collect();
        for start in starts {
            assert_eq!(start.join().unwrap().unwrap(), [""; 0]);
        }
    }
}

fn damage(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "this is no database, but somebody's only copy of something".repeat(100)).unwrap();
}

#[test]
fn a_damaged_file_is_put_aside_and_said() {
    let (_folder, path) = place();
    damage(&path);
    let mut store = Store::open(&path).unwrap();
    let aside = path.with_file_name("history.db.damaged-1");
    assert_eq!(
        store.warnings,
        [format!(
            "the history {} was damaged (file is not a database) and is now {}; a new one begins",
            path.display(),
            aside.display()
        )]
    );
    assert!(std::fs::read_to_string(&aside).unwrap().starts_with("this is no database"));
    store.add(&row("1", None, true)).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!((ids(&store, &ALL), store.warnings.len()), (vec!["1".to_owned()], 0));
    drop(store);
    // The next one does not take the place of the first.
    damage(&path);
    Store::open(&path).unwrap();
    assert!(aside.exists() && path.with_file_name("history.db.damaged-2").exists());
}

#[test]
fn damage_inside_the_file_is_found() {
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    for number in 0..200 {
        store.add(&row(&number.to_string(), Some("a"), true)).unwrap();
    }
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096..length].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let store = Store::open(&path).unwrap();
    assert_eq!((store.warnings.len(), ids(&store, &ALL).len()), (1, 0));
}

#[test]
fn servers_that_find_the_damage_at_once_put_one_file_aside() {
    let (_folder, path) = place();
    damage(&path);
    let starts: Vec<_> = (0..6)
        .map(|number| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut store = Store::open(&path).unwrap();
                store.add(&row(&number.to_string(), None, true)).unwrap();
                store.warnings.len()
            })
        })
        .collect();
    let said: usize = starts.into_iter().map(|start| start.join().unwrap()).sum();
    assert_eq!(said, 1);
    assert!(!path.with_file_name("history.db.damaged-2").exists());
    assert_eq!(ids(&Store::open(&path).unwrap(), &ALL).len(), 6);
}

#[test]
fn an_empty_file_is_migrated() {
    let (_folder, path) = place();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "").unwrap();
    let mut store = Store::open(&path).unwrap();
    store.add(&row("1", None, true)).unwrap();
    assert_eq!(
        (pragma(&path, "user_version"), pragma(&path, "journal_mode")),
        ("Integer(5)".into(), "Text(\"wal\")".into())
    );
    // A second opening finds nothing to do.
    assert_eq!(ids(&Store::open(&path).unwrap(), &ALL), ["1"]);
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_alone() {
    let (_folder, path) = place();
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Newer(99)));
    assert_eq!(error.to_string(), "the history has version 99, newer than this codemode knows");
    assert_eq!(pragma(&path, "user_version"), "Integer(99)");
}

#[test]
fn a_folder_in_its_place_is_an_error_with_a_cause() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(std::error::Error::source(&error).is_some(), "{error}");
    assert!(folder.path().exists());
}

#[test]
#[cfg(unix)]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    let mut store = Store::open(&path).unwrap();
    store.add(&row("1", None, true)).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let wal = path.with_file_name("history.db-wal");
    assert_eq!((mode(&path), mode(&wal), mode(path.parent().unwrap())), (0o600, 0o600, 0o700));
}
