//! The pipeline, over an engine that plays a script.

use std::sync::Arc;
use std::time::Duration;

use codemode_run::{
    Ending, Engine, Isolation, Language, Limits, Policy, Report, RunError, RunRequest, Runs, Unavailable,
};

use tokio_util::sync::CancellationToken;

use crate::script::{Bench, Script, request};

fn jail() -> Arc<Script> {
    Arc::new(Script::new("jail", Isolation::Full))
}

fn runs_of(script: &Arc<Script>) -> Runs {
    Bench::new(vec![Arc::clone(script) as Arc<dyn Engine>]).runs()
}

async fn run(runs: &Runs, request: RunRequest) -> Result<Report, RunError> {
    let runner = runs.runner();
    let id = runner.new_run_id();
    runner.run(&id, request, &runner.recorder(&id), CancellationToken::new()).await
}

/// What a caller sees of a run in one line.
async fn line(runs: &Runs, request: RunRequest) -> String {
    match &*runs.start(request).finish().await {
        Ok(report) => {
            let ending = report.ending.as_ref().map_or("none", Ending::kind);
            format!(
                "{ending} {} {:?} {:?}",
                report.place().unwrap_or_default(),
                report.stdout.text,
                report.hints
            )
        }
        Err(error) => {
            format!("{}: {} ({})", error.code, error.message, error.hint.as_deref().unwrap_or("no hint"))
        }
    }
}

#[tokio::test]
async fn a_program_runs_in_a_fresh_interpreter_of_the_default_workspace() {
    let script = jail();
    let runs = runs_of(&script);
    assert_eq!(line(&runs, request("print hello")).await, "finish jail/full \"hello\\n\" []");
    assert_eq!(*script.log.lock().unwrap(), ["open default persistent=false", "close"]);
}

#[tokio::test]
async fn a_session_keeps_its_interpreter_until_it_is_reset() {
    let script = jail();
    let runs = runs_of(&script);
    let in_session = |code: &str| RunRequest { session_id: Some("a".to_owned()), ..request(code) };
    assert_eq!(line(&runs, in_session("count")).await, "finish jail/full \"1\\n\" []");
    assert_eq!(line(&runs, in_session("count")).await, "finish jail/full \"2\\n\" []");
    assert!(runs.runner().sessions().reset("a"));
    assert_eq!(line(&runs, in_session("count")).await, "finish jail/full \"1\\n\" []");
    assert_eq!(*script.log.lock().unwrap(), ["open a persistent=true", "close", "open a persistent=true"]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_keeps_the_output_and_says_that_the_session_was_reset() {
    let script = jail();
    let runs = runs_of(&script);
    let slow = RunRequest {
        session_id: Some("a".to_owned()),
        timeout: Some(Duration::from_secs(2)),
        ..request("print partial\nsleep")
    };
    assert_eq!(
        line(&runs, slow).await,
        "timeout jail/full \"partial\\n\" [\"session `a` was reset: its variables are gone, its files are still there\", \
         \"the program was stopped after 2 s; pass a larger `timeout` or do less in one run\"]"
    );
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once() {
    let runs = runs_of(&jail());
    let handle = runs.start(request("print here\nsleep"));
    handle.recorder().changed().await;
    assert_eq!(handle.so_far().stdout.text, "here\n");
    handle.cancel();
    let report = handle.finish().await;
    assert_eq!(report.as_ref().as_ref().unwrap().ending, Some(Ending::Cancel));
}

#[tokio::test]
async fn our_own_failure_is_an_error_with_a_code_and_a_hint() {
    let runs = runs_of(&jail());
    assert_eq!(
        line(&runs, request("die")).await,
        "engine_failed: failed to reach the interpreter (`codemode doctor` says what works here; the log has the cause)"
    );
}

#[tokio::test]
async fn weaker_isolation_is_never_chosen_silently() {
    let direct = Arc::new(Script::new("direct", Isolation::None));
    let bench = Bench::new(vec![Arc::clone(&direct) as Arc<dyn Engine>]);
    let refused = line(&bench.runs(), request("print hello")).await;
    assert_eq!(
        refused,
        "no_engine: no engine can run bash here: direct is not isolated and has to be asked for (`codemode doctor` says what \
         works; `--engine direct` (or `engine = \"direct\"` in the settings) runs programs without isolation)"
    );
    assert_eq!(*direct.log.lock().unwrap(), [""; 0]);
    // The positive control: asked for, it runs and says what it is.
    let mut bench = Bench::new(vec![direct as Arc<dyn Engine>]);
    bench.options.engine = Some("direct".to_owned());
    assert_eq!(line(&bench.runs(), request("print hello")).await, "finish direct/none \"hello\\n\" []");
}

#[tokio::test]
async fn the_first_engine_that_works_is_taken_and_the_others_say_why_not() {
    let mut broken = Script::new("jail", Isolation::Full);
    broken.missing = Some(Unavailable { missing: "no user namespaces".into(), mend: "ask your host".into() });
    let broken: Arc<dyn Engine> = Arc::new(broken);
    let wasm: Arc<dyn Engine> = Arc::new(Script::new("wasm", Isolation::Full));
    let runs = Bench::new(vec![Arc::clone(&broken), wasm]).runs();
    assert_eq!(line(&runs, request("print x")).await, "finish wasm/full \"x\\n\" []");
    let alone = Bench::new(vec![broken]).runs();
    assert!(
        line(&alone, request("print x"))
            .await
            .starts_with("no_engine: no engine can run bash here: jail: no user namespaces; ask your host")
    );
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_named() {
    let runs = runs_of(&jail());
    let cases = [
        (
            RunRequest { timeout: Some(Duration::ZERO), ..request("print x") },
            "invalid_argument: argument `timeout`: 0 s is out of range; expected more than 0 and at most 86400 s (no hint)",
        ),
        (
            RunRequest { session_id: Some("../x".to_owned()), ..request("print x") },
            "invalid_argument: argument `session_id`: `../x` is not a session id; expected 1 to 64 letters, digits, `-`, `_` or \
             `.`, not starting with a dot (no hint)",
        ),
        (
            RunRequest { packages: vec!["requests".to_owned()], ..request("print x") },
            "invalid_argument: argument `packages`: packages are installed for python only, not for bash (no hint)",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(line(&runs, request).await, expected);
    }
}

#[tokio::test]
async fn what_the_policy_refuses_is_never_started() {
    let script = jail();
    let mut bench = Bench::new(vec![Arc::clone(&script) as Arc<dyn Engine>]);
    bench.options.policy = Policy { chars: 5, ..Policy::default() };
    let report = run(&bench.runs(), request("print hello")).await;
    let ending = report.map(|report| report.ending.unwrap().kind()).unwrap();
    assert_eq!((ending, script.log.lock().unwrap().len()), ("refuse", 0));
}

#[tokio::test]
async fn files_are_written_before_the_run_and_only_new_ones_are_reported() {
    let runs = runs_of(&jail());
    let mut with_file = request("write made.csv");
    with_file.files.insert("given.txt".to_owned(), b"text".to_vec());
    let finished = runs.start(with_file).finish().await;
    let names: Vec<&str> =
        finished.as_ref().as_ref().unwrap().files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["made.csv"]);
}

#[tokio::test]
async fn more_runs_than_places_wait_and_more_than_that_are_told_so() {
    let mut bench = Bench::new(vec![jail() as Arc<dyn Engine>]);
    bench.options.limits = Limits { concurrent_runs: 1, queue: 1, ..Limits::default() };
    let runs = bench.runs();
    let first = runs.start(request("print on\nsleep"));
    first.recorder().changed().await;
    let second = runs.start(request("print second"));
    tokio::task::yield_now().await;
    let third = line(&runs, request("print third")).await;
    assert_eq!(
        third,
        "busy: every place is taken: 1 running, 1 waiting (try again in a moment, or raise `limits.concurrent_runs`)"
    );
    first.cancel();
    let second = second.finish().await;
    assert_eq!(second.as_ref().as_ref().unwrap().stdout.text, "second\n");
}

#[tokio::test]
async fn shutting_down_kills_what_goes_on_and_ends_the_engines() {
    let script = jail();
    let runs = runs_of(&script);
    let handle = runs.start(request("print on\nsleep"));
    handle.recorder().changed().await;
    runs.shutdown().await;
    assert!(handle.report().is_some());
    assert_eq!(*script.log.lock().unwrap(), ["open default persistent=false", "close", "shutdown"]);
}

#[tokio::test]
async fn finished_runs_are_kept_up_to_the_bound() {
    let mut bench = Bench::new(vec![jail() as Arc<dyn Engine>]);
    bench.options.limits.runs_kept = 3;
    let runs = bench.runs();
    let mut ids = Vec::new();
    for _ in 0..6 {
        let handle = runs.start(request("print x"));
        handle.finish().await;
        ids.push(handle.id.clone());
    }
    ids.reverse();
    ids.truncate(4);
    // The newest was still going when it was added, so there is one more than the bound.
    assert_eq!(runs.ids(), ids);
}

#[tokio::test]
async fn a_syntax_error_is_reported_before_anything_starts() {
    let script = jail();
    let runs = runs_of(&script);
    let report = run(&runs, RunRequest::new(Language::Python, "x = 1\nprint(x\n")).await.unwrap();
    let Some(Ending::Raise(exception)) = report.ending else { panic!("{:?}", report.ending) };
    assert_eq!((exception.kind.as_str(), script.log.lock().unwrap().len()), ("SyntaxError", 0));
    assert!(exception.traceback.starts_with("  File \"main.py\", line "), "{}", exception.traceback);
}
