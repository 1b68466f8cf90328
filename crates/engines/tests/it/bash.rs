//! Bash programs: their variables, their sessions and their ends.

use std::time::Duration;

use codemode_run::{Ending, Language, Session};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::leaks::{census, mark};
use super::python::seen_in;
use super::bench;
use crate::support::{Heard, program};

/// Runs programs one after another in one session and compares what a reader sees of each.
async fn session_of(steps: &[(&str, &str)]) {
    let bench = bench();
    let mut session = bench.session(Language::Bash).await;
    for (code, expected) in steps {
        let seen = seen_in(Language::Bash, &mut *session, code).await;
        let folder = bench.workspace.path().canonicalize().unwrap();
        assert_eq!(seen.replace(&*folder.to_string_lossy(), "DIR"), *expected, "{code}");
        assert!(session.is_alive(), "{code}");
    }
}

#[tokio::test]
async fn a_session_keeps_variables_functions_options_and_the_folder() {
    session_of(&[
        ("x='a b'; list=(1 '2 3'); declare -A map=([k]='v w'); export SHOWN=yes", "finish"),
        ("f() { echo \"f says $x\"; }; mkdir sub; cd sub; shopt -s nullglob", "finish"),
        (
            "f; echo \"${list[1]} ${map[k]}\"; pwd; bash -c 'echo $SHOWN'; echo *.none",
            "f says a b\n2 3 v w\nDIR/sub\nyes\n\nfinish",
        ),
        ("echo \"$0 ${BASH_SOURCE[0]} $# [$*]\"", "main.sh main.sh 0 []\nfinish"),
        ("cd ..; cd - > /dev/null; pwd; echo $OLDPWD", "DIR/sub\nDIR\nfinish"),
        ("false", "exit 1"),
        ("echo \"before: $?\"", "before: 0\nfinish"),
    ])
    .await;
}

#[tokio::test]
async fn a_session_lives_through_exit_and_set_e() {
    session_of(&[
        ("x='a b'; y=1; f() { echo f; }; cd /", "finish"),
        ("x=changed; exit 3", "exit 3"),
        ("echo \"$x $y $PWD\"; f", "changed 1 /\nf\nfinish"),
        ("set -euo pipefail; y=2; false; echo never", "exit 1"),
        ("echo \"$y $-\"", "2 ehuBc\nfinish"),
        ("echo \"$missing\"", "main.sh: line 1: missing: unbound variable\nexit 1"),
        ("set +eu; echo \"[$missing]\"", "[]\nfinish"),
        ("return 4", "exit 4"),
        ("readonly fixed=1; (exit 5)", "exit 5"),
        ("exit 6", "exit 6"),
        ("echo $fixed; fixed=2", "1\nmain.sh: line 1: fixed: readonly variable\nexit 1"),
        ("echo $fixed", "1\nfinish"),
    ])
    .await;
}

#[tokio::test]
async fn a_session_traces_only_the_program() {
    session_of(&[
        ("set -x", "finish"),
        ("echo hi", "hi\n++ echo hi\nfinish"),
        ("set +x; echo quiet", "quiet\n++ set +x\nfinish"),
    ])
    .await;
}

#[tokio::test]
async fn a_trap_on_exit_runs_when_a_program_leaves_the_shell() {
    session_of(&[
        ("trap 'echo bye' EXIT; kept=1", "finish"),
        ("kept=2; exit 2", "bye\nexit 2"),
        ("echo $kept", "1\nfinish"),
    ])
    .await;
}

#[tokio::test]
async fn background_jobs_of_a_session_live_until_it_ends() {
    let (bench, mark) = (bench(), mark());
    let mut session = bench.session(Language::Bash).await;
    assert_eq!(
        seen_in(Language::Bash, &mut *session, &format!("sleep {mark} & echo started")).await,
        "started\nfinish"
    );
    assert_eq!(
        seen_in(
            Language::Bash,
            &mut *session,
            "jobs | wc -l | tr -d ' '; kill %1; wait %1 2>/dev/null; echo $?"
        )
        .await,
        "1\n143\nfinish"
    );
    assert_eq!(census(&mark), 0);
    assert_eq!(seen_in(Language::Bash, &mut *session, &format!("sleep {mark} & exit 1")).await, "exit 1");
    // The job lives on without its shell; it may not have become `sleep` yet.
    let lives = async {
        while census(&mark) == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), lives).await.expect("the job is gone");
    drop(session);
    super::leaks::until_gone(&mark).await;
}

async fn with_variables(variables: serde_json::Value, code: &str) -> (Ending, String) {
    let bench = bench();
    let mut session = bench.engine.open(&bench.spec(Language::Bash, false)).await.unwrap();
    let mut program = program(Language::Bash, code);
    program.variables = variables.as_object().unwrap().clone();
    let heard = Heard::default();
    let outcome = session.run(&program, &heard, CancellationToken::new()).await.unwrap();
    (outcome.ending, heard.stdout())
}

#[tokio::test]
async fn variables_are_data_whatever_they_hold() {
    let variables = json!({"text": "a'b\\n$(id)`id`\n\"é\"", "list": [1, "x y"], "on": true, "_n": -1.5});
    let code = "#!/bin/bash\nprintf '%s|' \"$text\" \"$list\" \"$on\" \"$_n\"; echo $LINENO";
    assert_eq!(
        with_variables(variables, code).await,
        (Ending::Finish, "a'b\\n$(id)`id`\n\"é\"|[1,\"x y\"]|true|-1.5|2\n".to_owned())
    );
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_before_anything_runs() {
    for name in ["a-b", "1a", "", "x y", "x;echo pwned", "é", "x[0]", "a=b"] {
        let (ending, said) = with_variables(json!({name: "v"}), "echo ran").await;
        let Ending::Raise(exception) = ending else { panic!("{name}: {ending:?}") };
        assert_eq!(
            exception.message,
            format!("`{name}` is not a name that a bash variable can have").replace('é', "é")
        );
        assert_eq!(said, "");
    }
    // The positive control.
    assert_eq!(with_variables(json!({"_a1": "v"}), "echo $_a1").await, (Ending::Finish, "v\n".to_owned()));
}

#[tokio::test]
async fn a_syntax_error_is_told_with_its_line_before_anything_runs() {
    let (outcome, heard) = bench().run(Language::Bash, "echo ran\necho 'open\n").await;
    let Ending::Raise(exception) = outcome.ending else { panic!() };
    assert_eq!((exception.kind.as_str(), heard.stdout().as_str()), ("SyntaxError", ""));
    assert!(
        exception.message.starts_with("main.sh: line 2: unexpected EOF while looking for matching"),
        "{}",
        exception.message
    );
    // Patterns that a program turns on are no syntax error.
    let (outcome, heard) =
        bench().run(Language::Bash, "shopt -s extglob\ntouch a b\necho !(a)").await;
    assert_eq!((outcome.ending, heard.stdout().as_str()), (Ending::Finish, "b\n"));
}

#[tokio::test]
async fn nothing_of_ours_is_left_beside_a_program() {
    let bench = bench();
    let leftover = |nonce: &str| std::env::temp_dir().join(nonce.trim()).exists();
    let find = "ls -d /proc/$$/fd/255 > /dev/null && basename \"$(dirname \"$(readlink /proc/$$/fd/255)\")\"";
    let (outcome, heard) = bench.run(Language::Bash, find).await;
    assert_eq!(outcome.ending, Ending::Finish);
    assert!(heard.stdout().starts_with("codemode-") && !leftover(&heard.stdout()), "{}", heard.stdout());
    let mut open: Box<dyn Session> = bench.session(Language::Bash).await;
    // What a program starts holds no more descriptors than what this test starts.
    let list = "sh -c 'echo /proc/self/fd/*'";
    let plain = std::process::Command::new("bash").args(["-c", list]).output().unwrap();
    let descriptors = seen_in(Language::Bash, &mut *open, list).await;
    assert_eq!(descriptors, String::from_utf8(plain.stdout).unwrap() + "finish");
}
