//! Nothing is left behind: processes are counted by a mark in their command lines.

use std::fs;

use codemode_run::{Ending, KillCause, Language};
use tokio_util::sync::CancellationToken;

use super::{bench, warm_bench};
use crate::support::{Heard, program};

/// Processes whose command line holds this mark.
pub(crate) fn census(mark: &str) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| {
        let pid = entry.file_name().into_string().ok()?.parse::<u32>().ok()?;
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let zombie = state.rsplit_once(") ")?.1.starts_with('Z');
        (!zombie).then(|| fs::read(format!("/proc/{pid}/cmdline")).ok()).flatten()
    });
    lines.filter(|line| String::from_utf8_lossy(line).contains(mark)).count()
}

/// A duration that no other process sleeps for.
pub(crate) fn mark() -> String {
    format!("{}.{}", 4000 + std::process::id() % 1000, ulid::Ulid::new().random() % 1_000_000_000)
}

/// Daemons of every kind: a background job, one in a new session, one that was forked twice.
fn daemons(mark: &str) -> String {
    format!(
        "sleep {mark} & setsid sleep {mark} & (setsid sh -c 'sleep {mark} & ' &) ; trap '' TERM HUP; echo started; "
    )
}

#[tokio::test]
async fn a_run_that_finishes_leaves_no_daemon() {
    let mark = mark();
    let (outcome, heard) = bench().run(Language::Bash, &(daemons(&mark) + "echo end")).await;
    assert_eq!((outcome.ending, heard.stdout()), (Ending::Finish, "started\nend\n".to_owned()));
    assert_eq!(census(&mark), 0);
}

#[tokio::test]
async fn a_run_that_is_taken_back_leaves_no_daemon() {
    let mark = mark();
    let heard = Heard::default();
    let started = heard.when("started");
    // The positive control: before the end all three are there.
    let cancel = CancellationToken::new();
    let (watch, count) = (cancel.clone(), mark.clone());
    let counted = tokio::spawn(async move {
        started.cancelled().await;
        let seen = loop {
            let seen = census(&count);
            if seen >= 3 {
                break seen;
            }
            tokio::task::yield_now().await;
        };
        watch.cancel();
        seen
    });
    let code = daemons(&mark) + "sleep " + &mark;
    let (outcome, heard) = bench().run_until(Language::Bash, &code, heard, cancel).await;
    assert_eq!((outcome.ending, heard.stdout()), (Ending::Cancel, "started\n".to_owned()));
    assert!(counted.await.unwrap() >= 3);
    assert_eq!(census(&mark), 0);
}

/// Waits until no process carries the mark: what a drop leaves to the helper is done shortly after it.
pub(crate) async fn until_gone(mark: &str) {
    let gone = async {
        while census(mark) > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn dropping_the_future_of_a_run_leaves_no_process() {
    let mark = mark();
    let bench = bench();
    let heard = Heard::default();
    let started = heard.when("started");
    {
        let mut session = bench.engine.open(&bench.spec(Language::Bash, false)).await.unwrap();
        let program = program(Language::Bash, &(daemons(&mark) + "sleep " + &mark));
        let run = session.run(&program, &heard, CancellationToken::new());
        tokio::select! {
            _ = run => panic!("it sleeps"),
            () = started.cancelled() => {}
        }
    }
    until_gone(&mark).await;
}

#[tokio::test]
async fn dropping_a_session_and_shutting_an_engine_down_leave_no_process() {
    let mark = mark();
    let bench = warm_bench(2);
    let mut session = bench.session(Language::Bash).await;
    let started = program(Language::Bash, &format!("sleep {mark} & echo $!"));
    let outcome = session.run(&started, &Heard::default(), CancellationToken::new()).await.unwrap();
    assert_eq!(outcome.ending, Ending::Finish);
    // A session keeps what its programs started, until it ends.
    assert_eq!(census(&mark), 1);
    drop(session);
    bench.engine.shutdown().await;
    until_gone(&mark).await;
}

#[tokio::test]
async fn a_program_that_kills_itself_ends_by_its_signal() {
    let (outcome, _) = bench().run(Language::Bash, "kill -KILL $$").await;
    assert_eq!(outcome.ending, Ending::Kill { cause: KillCause::Signal(9) });
}
