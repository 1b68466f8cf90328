//! The embedded engine, through its seam: the contract of every engine, and what only this one has.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and says by a line what it did not try"
)]

/// What plays the parts of the engine in these tests.
const HELPER: &str = env!("CARGO_BIN_EXE_codemode-wasm-helper");

mod children;
#[path = "../../../engines/tests/it/compare.rs"]
mod compare;
mod corpus;
mod escape;
mod javascript;
mod limits;
mod network;
mod prepared;
mod sessions;
#[path = "../../../engines/tests/it/support.rs"]
mod support;
mod threads;

/// What every engine over guests has to do, for the languages of this one.
#[path = "../../../engines/tests/it"]
mod contract {
    use codemode_run::Language;

    use crate::support::Bench;

    /// What the engine runs.
    const LANGUAGES: [Language; 2] = [Language::Python, Language::JavaScript];

    /// Whether programs can start processes.
    const HAS_PROCESSES: bool = false;

    /// Whether JavaScript runs in V8.
    const IS_V8: bool = false;

    /// Programs of the corpus that do not print what they print in plain Node.
    fn different_in_javascript() -> std::collections::BTreeSet<String> {
        crate::compare::documented("wasm-javascript")
    }

    fn bench() -> Bench {
        crate::prepared::bench()
    }

    #[path = "corpus_javascript.rs"]
    mod corpus_javascript;
    #[path = "javascript.rs"]
    mod javascript;
    #[path = "python.rs"]
    mod python;
    #[path = "tools.rs"]
    mod tools;
    #[path = "values.rs"]
    mod values;
}
