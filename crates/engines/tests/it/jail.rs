//! The engine `jail`: what works in it.

use codemode_run::{Ending, Language};

use crate::support::Bench;

#[tokio::test]
async fn a_python_program_runs_in_the_jail() {
    let bench = Bench::jail();
    assert_eq!(bench.python("print(1)").await, (Ending::Finish, "1\n".to_owned()));
}

#[tokio::test]
async fn a_bash_program_prints_and_exits_with_its_code() {
    let (outcome, heard) = Bench::jail().run(Language::Bash, "echo out; echo err >&2; exit 3").await;
    assert_eq!((outcome.ending, heard.stdout(), heard.stderr()), (Ending::Exit { code: 3 }, "out\n".into(), "err\n".into()));
}
