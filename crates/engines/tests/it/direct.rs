//! The engine `direct`.

use codemode_run::{Ending, Language};

use crate::support::Bench;

#[tokio::test]
async fn a_bash_program_prints_and_exits_with_its_code() {
    let (outcome, heard) = Bench::direct().run(Language::Bash, "echo out; echo err >&2; exit 3").await;
    assert_eq!(
        (outcome.ending, heard.stdout(), heard.stderr()),
        (Ending::Exit { code: 3 }, "out\n".into(), "err\n".into())
    );
}

impl Bench {
    /// The engine `direct` without warm interpreters.
    pub(crate) fn direct() -> Self {
        Self::of(codemode_engines::EngineKind::Direct)
    }
}
