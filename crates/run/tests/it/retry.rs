//! What a failed run leads to.

use std::time::Duration;

use codemode_run::retry::{Verdict, judge};
use codemode_run::{Ending, Exception, KillCause, Language, Limits, RunRequest};

use crate::script::Bench;

fn raise(kind: &str, module: Option<&str>) -> Ending {
    Ending::Raise(Exception {
        kind: kind.to_owned(),
        message: String::new(),
        module: module.map(str::to_owned),
        shown: false,
        traceback: String::new(),
    })
}

fn verdict(request: &RunRequest, ending: Ending, attempt: u32) -> Verdict {
    let runs = Bench::new(Vec::new()).runs();
    let mut report = runs.runner().unfinished("1", request);
    report.ending = Some(ending);
    judge(request, &report, attempt, Limits::default().wall_max)
}

fn request() -> RunRequest {
    RunRequest::new(Language::Python, "work()")
}

#[test]
fn a_missing_module_brings_its_distribution_once() {
    let missing = || raise("ModuleNotFoundError", Some("yaml"));
    let Verdict::TryAgain { change, pause, request: next } = verdict(&request(), missing(), 1) else {
        panic!("given up")
    };
    let named = next.packages[0].clone();
    assert_eq!((change, pause), (format!("`{named}` is installed for `yaml`"), Duration::ZERO));
    assert_eq!(*next, RunRequest { packages: vec![named.clone()], ..request() });
    let given_up = format!("`{named}` was installed and `yaml` is still missing");
    assert_eq!(verdict(&next, missing(), 2), Verdict::GiveUp(given_up));
    let unknown =
        "ModuleNotFoundError: which distribution has `nobody_knows_it` is not known; name it in `packages`";
    let missing = raise("ModuleNotFoundError", Some("nobody_knows_it"));
    assert_eq!(verdict(&request(), missing, 1), Verdict::GiveUp(unknown.to_owned()));
}

#[test]
fn a_passing_error_waits_longer_each_time() {
    for (attempt, seconds) in [(1, 0.5), (2, 1.0), (5, 8.0), (9, 8.0)] {
        let kind = "requests.exceptions.ConnectionError";
        let expected = Verdict::TryAgain {
            change: format!("{kind} may pass by itself: the same again after {seconds} s"),
            pause: Duration::from_secs_f64(seconds),
            request: Box::new(request()),
        };
        assert_eq!(verdict(&request(), raise(kind, None), attempt), expected);
    }
}

#[test]
fn what_would_come_again_is_given_up_with_its_reason() {
    let cases = [
        (
            raise("ValueError", None),
            "ValueError is the program's own and would come again: change the program",
        ),
        (Ending::Exit { code: 3 }, "the program decided to end with exit code 3: change the program"),
        (Ending::Kill { cause: KillCause::Signal(9) }, "killed (signal 9 (SIGKILL)): it would come again"),
        (Ending::Timeout { after: Limits::default().wall_max }, "86400 s is the longest timeout"),
        (Ending::Finish, "there is nothing to mend"),
    ];
    for (ending, reason) in cases {
        assert_eq!(verdict(&request(), ending, 1), Verdict::GiveUp(reason.to_owned()));
    }
}

#[test]
fn a_timeout_is_doubled_up_to_the_longest_one() {
    let longest = Limits::default().wall_max;
    for (after, next) in [(Duration::from_secs(2), Duration::from_secs(4)), (longest * 3 / 4, longest)] {
        let Verdict::TryAgain { request: tried, .. } = verdict(&request(), Ending::Timeout { after }, 1)
        else {
            panic!("given up")
        };
        assert_eq!(*tried, RunRequest { timeout: Some(next), ..request() });
    }
}

#[test]
fn text_that_is_no_utf_8_is_read_as_what_it_most_likely_is() {
    let reads = RunRequest::new(Language::Python, "print(open('a.csv').read())");
    let Verdict::TryAgain { change, request: next, .. } =
        verdict(&reads, raise("UnicodeDecodeError", None), 1)
    else {
        panic!("given up")
    };
    assert_eq!(change, "text files are read as cp1252, which is what most files are that are no UTF-8");
    assert_eq!(*next, RunRequest { text_encoding: Some("cp1252"), ..reads });
    let reason = "UnicodeDecodeError is the program's own and would come again: change the program";
    let decodes = RunRequest::new(Language::Python, "data.decode()");
    for request in [*next, decodes] {
        let again = verdict(&request, raise("UnicodeDecodeError", None), 1);
        assert_eq!(again, Verdict::GiveUp(reason.to_owned()));
    }
}
