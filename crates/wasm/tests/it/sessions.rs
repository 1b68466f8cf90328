//! Sessions are kept between runs: a run that was killed changes nothing, the last one can be taken back, and they live on
//! when the process that served them is gone.

use std::path::PathBuf;

use codemode_run::{Ending, Language, Session, SessionSpec, Value};
use tokio_util::sync::CancellationToken;

use crate::prepared::bench;
use crate::support::{Bench, Heard, program};

/// A session of the bench, whose states are kept beside its workspace.
fn spec(bench: &Bench) -> SessionSpec {
    let workspace = bench.workspace.path().join("own");
    std::fs::create_dir_all(&workspace).unwrap();
    let checkpoints = Some(states(bench).join("python"));
    SessionSpec { checkpoints, workspace, ..bench.spec(Language::Python, true) }
}

fn states(bench: &Bench) -> PathBuf {
    bench.workspace.path().join("states")
}

async fn value(session: &mut dyn Session, code: &str) -> Option<Value> {
    let heard = Heard::default();
    let outcome =
        session.run(&program(Language::Python, code), &heard, CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.ending, Ending::Finish, "{code}: {}", heard.stderr());
    outcome.value
}

fn number(number: i64) -> Option<Value> {
    Some(Value::Json { json: number.into(), cut: false })
}

#[tokio::test]
async fn a_session_lives_on_when_its_process_is_killed() {
    let bench = bench();
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    value(&mut *session, "import pandas as pd\ncount, table = 0, pd.DataFrame({'a': range(1000)})").await;
    for _ in 0..20 {
        value(&mut *session, "count += 1").await;
    }
    assert_eq!(value(&mut *session, "count").await, number(20));
    drop(session);
    // Another server, as far as the session can tell.
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    assert_eq!(value(&mut *session, "count + int(table.a.sum())").await, number(20 + 499_500));
}

#[tokio::test]
async fn a_run_that_is_killed_or_gives_up_leaves_the_session_as_it_was() {
    let bench = bench();
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    value(&mut *session, "x = 1").await;
    for code in [
        "x = 2\nprint('started', flush=True)\nwhile True: pass",
        "x = 3\nprint('started', flush=True)\ndef fill(kept):\n    while True: kept.append([0] * 1000)\nfill([])",
        "x = 4\nprint('started', flush=True)\nimport os\nos.abort()",
        "x = 5\nprint('started', flush=True)\nimport os\nos._exit(1)",
    ] {
        let heard = Heard::default();
        let started = heard.when("started");
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let killed = program(Language::Python, code);
        let (outcome, ()) = tokio::join!(session.run(&killed, &heard, cancel), async {
            started.cancelled().await;
            if code.contains("pass") {
                stop.cancel();
            }
        });
        let ending = outcome.unwrap().ending;
        if matches!(&ending, Ending::Raise(_)) {
            // Memory that ran out may still be caught: then the run ended by itself, and counts.
            assert_eq!(value(&mut *session, "x = 1").await, number(1));
            continue;
        }
        if !session.is_alive() {
            session = bench.engine.open(&spec(&bench)).await.unwrap();
        }
        assert_eq!(value(&mut *session, "x").await, number(1), "after {ending:?}");
    }
}

#[tokio::test]
async fn the_last_runs_of_a_session_are_taken_back_one_by_one() {
    let bench = bench();
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    for n in 1..=40 {
        value(&mut *session, &format!("x = {n}; None")).await;
    }
    for expected in (30..40).rev() {
        assert!(codemode_wasm::undo(&states(&bench)).unwrap());
        // The interpreter that is open sees it too: it looks before each run.
        let heard = Heard::default();
        let show = program(Language::Python, "print(x)");
        session.run(&show, &heard, CancellationToken::new()).await.unwrap();
        assert_eq!(heard.stdout(), format!("{expected}\n"));
        // What was shown was a run of its own.
        assert!(codemode_wasm::undo(&states(&bench)).unwrap());
    }
    drop(session);
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    assert_eq!(value(&mut *session, "x").await, number(30));
}

#[tokio::test]
async fn a_session_whose_every_run_is_taken_back_begins_anew() {
    let bench = bench();
    assert!(!codemode_wasm::undo(&states(&bench)).unwrap(), "there is nothing yet");
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    value(&mut *session, "x = 1; None").await;
    assert!(codemode_wasm::undo(&states(&bench)).unwrap());
    let heard = Heard::default();
    session
        .run(&program(Language::Python, "print('x' in globals())"), &heard, CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(heard.stdout(), "False\n");
}

/// The states of a session, oldest first.
fn files(bench: &Bench) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(states(bench).join("python")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|kind| kind == "state")).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_state_that_is_damaged_is_not_used_and_the_one_before_it_is() {
    let bench = bench();
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    for n in 1..=3 {
        value(&mut *session, &format!("x = {n}; None")).await;
    }
    drop(session);
    let last = files(&bench).pop().unwrap();
    let mut bytes = std::fs::read(&last).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&last, bytes).unwrap();
    let mut session = bench.engine.open(&spec(&bench)).await.unwrap();
    assert_eq!(value(&mut *session, "x").await, number(2));
}
