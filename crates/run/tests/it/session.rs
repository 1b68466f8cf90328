//! Sessions: named, bounded, closed when idle.

use std::sync::Arc;
use std::time::Duration;

use codemode_run::session::check_id;
use codemode_run::{Engine, Isolation, Language, Limits, RunRequest, Runs};

use crate::script::{Bench, Script, request};

fn runs(limits: Limits) -> Runs {
    let engine: Arc<dyn Engine> = Arc::new(Script::new("jail", Isolation::Full));
    let mut bench = Bench::new(vec![engine]);
    bench.options.limits = limits;
    bench.runs()
}

async fn count(runs: &Runs, id: &str) -> String {
    let request = RunRequest { session_id: Some(id.to_owned()), ..request("count") };
    let finished = runs.start(request).finish().await;
    finished.as_ref().as_ref().unwrap().stdout.text.clone()
}

#[test]
fn ids_are_plain_words() {
    let cases = [
        ("a", true),
        ("Data_1.x-y", true),
        ("", false),
        (".hidden", false),
        ("a/b", false),
        ("a b", false),
        ("é", false),
    ];
    for (id, expected) in cases {
        assert_eq!(check_id(id).is_ok(), expected, "{id}");
    }
    assert!(check_id(&"x".repeat(64)).is_ok() && check_id(&"x".repeat(65)).is_err());
}

#[tokio::test]
async fn the_longest_unused_session_makes_place_for_a_new_one() {
    let runs = runs(Limits { sessions: 2, ..Limits::default() });
    assert_eq!(
        [count(&runs, "a").await, count(&runs, "b").await, count(&runs, "a").await],
        ["1\n", "1\n", "2\n"]
    );
    assert_eq!(count(&runs, "c").await, "1\n");
    assert_eq!(
        runs.runner().sessions().list(),
        [("a".to_owned(), Language::Bash), ("c".to_owned(), Language::Bash)]
    );
    assert_eq!(count(&runs, "b").await, "1\n");
}

#[tokio::test]
async fn runs_of_one_session_go_one_after_another() {
    let runs = runs(Limits::default());
    let (one, two) = tokio::join!(count(&runs, "a"), count(&runs, "a"));
    let mut seen = [one, two];
    seen.sort();
    assert_eq!(seen, ["1\n", "2\n"]);
}

#[tokio::test]
async fn languages_of_one_session_have_interpreters_of_their_own_and_one_workspace() {
    let runs = runs(Limits::default());
    assert_eq!(count(&runs, "a").await, "1\n");
    let sessions = runs.runner().sessions();
    assert_eq!(sessions.workspace(Some("a")), sessions.root().join("sessions/a"));
    assert_eq!(sessions.workspace(None), sessions.root().join("default"));
}

#[tokio::test]
async fn a_session_that_nobody_uses_is_closed() {
    let runs = runs(Limits { session_idle: Duration::from_millis(1), ..Limits::default() });
    count(&runs, "a").await;
    let closed = async {
        while !runs.runner().sessions().list().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("the session stayed open");
}
