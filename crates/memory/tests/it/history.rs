//! The journal.

use std::time::{Duration, Instant};

use codemode_memory::{History, Store};
use codemode_run::output::Captured;
use codemode_run::{
    Ending, Exception, Isolation, Journal, KillCause, Language, Refusal, Report, RunRequest, Usage,
};

use crate::{ALL, ids};

fn request() -> RunRequest {
    RunRequest {
        description: Some("sums".to_owned()),
        session_id: Some("a".to_owned()),
        ..RunRequest::new(Language::Python, "secret = 1\nprint(secret)\n")
    }
}

fn report(id: &str, ending: Ending) -> Report {
    Report {
        attempts: 1,
        displays: Vec::new(),
        duration: Duration::from_millis(30),
        ending: Some(ending),
        engine: Some("direct"),
        files: Vec::new(),
        hints: Vec::new(),
        isolation: Some(Isolation::None),
        language: Language::Python,
        packages_installed: Vec::new(),
        run_id: id.to_owned(),
        session_id: Some("a".to_owned()),
        stderr: Captured::default(),
        stdout: Captured { bytes: 2, text: "1\n".to_owned(), truncated: false },
        tool_calls: Vec::new(),
        usage: Usage {
            cpu: Some(Duration::from_millis(9)),
            memory_peak_bytes: Some(1024),
            read_bytes: Some(7),
            written_bytes: None,
        },
        value: None,
    }
}

#[test]
fn every_run_is_written_when_the_journal_is_dropped_and_the_program_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let history = History::new(path.clone());
    assert!(!path.exists());
    for number in 0..500 {
        history.note(&request(), &report(&format!("{number:03}"), Ending::Finish));
    }
    drop(history);
    let store = Store::open(&path).unwrap();
    assert_eq!(ids(&store, &ALL).len(), 500);
    let run = store.runs(&ALL).unwrap().remove(0);
    let hash = "31cd264bc1c36c5094f708a04ef4d32ceae397eed2c58e893fa8a02d5083051d";
    assert_eq!(run.code_sha256, hash);
    assert_eq!(
        (run.code_lines, run.duration_ms, run.cpu_ms, run.memory_peak_bytes),
        (2, 30, Some(9), Some(1024))
    );
    assert_eq!(
        (run.isolation.as_deref(), run.session_id.as_deref(), run.stdout_bytes),
        (Some("none"), Some("a"), 2)
    );
    assert_eq!(store.sessions().unwrap()[0].runs, 500);
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"secret"));
    // The positive control: what is kept is there in plain text.
    assert!(bytes.windows(4).any(|window| window == b"sums"));
}

#[test]
fn each_ending_has_its_error_type_and_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let history = History::new(path.clone());
    let exception = Exception {
        kind: "KeyError".into(),
        message: "1".into(),
        module: None,
        shown: false,
        traceback: String::new(),
    };
    let refusal = Refusal { line: None, mend: "x".into(), message: "y".into(), rule: "calls" };
    let endings = [
        Ending::Cancel,
        Ending::Exit { code: 3 },
        Ending::Finish,
        Ending::Kill { cause: KillCause::Memory },
        Ending::Raise(exception),
        Ending::Refuse(refusal),
        Ending::Timeout { after: Duration::from_secs(1) },
    ];
    for (number, ending) in endings.into_iter().enumerate() {
        history.note(&request(), &report(&number.to_string(), ending));
    }
    drop(history);
    let mut runs = Store::open(&path).unwrap().runs(&ALL).unwrap();
    runs.sort_by(|a, b| a.run_id.cmp(&b.run_id));
    let lines: Vec<String> = runs
        .iter()
        .map(|run| {
            format!(
                "{} {:?} {} {}",
                run.ending,
                run.exit_code,
                run.success,
                run.error_type.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "cancel None false -",
            "exit Some(3) false -",
            "finish Some(0) true -",
            "kill Some(137) false killed: memory limit",
            "raise Some(1) false KeyError",
            "refuse Some(126) false POLICY_VIOLATION",
            "timeout Some(124) false TIMEOUT",
        ]
    );
}

#[test]
fn a_run_never_waits_for_a_file_that_another_server_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    drop(Store::open(&path).unwrap());
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let history = History::new(path.clone());
    let started = Instant::now();
    history.note(&request(), &report("1", Ending::Finish));
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
    other.execute_batch("COMMIT").unwrap();
    drop(history);
    assert_eq!(ids(&Store::open(&path).unwrap(), &ALL), ["1"]);
}

#[test]
fn a_history_that_cannot_be_opened_fails_no_run() {
    let folder = tempfile::tempdir().unwrap();
    let history = History::new(folder.path().to_owned());
    history.note(&request(), &report("1", Ending::Finish));
    history.note(&request(), &report("2", Ending::Finish));
    drop(history);
}
