//! The engines, through their seam.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and says by a line what it did not try"
)]

/// What plays the helper in these tests.
const HELPER: &str = env!("CARGO_BIN_EXE_codemode-guest-init");

mod compare;
mod direct;
mod escape;
mod faults;
mod files;
mod frames;
mod hostile;
mod jail;
mod network;
mod packages;
mod predecessors;
mod support;

/// What every engine over guests has to do, compiled once for each of them.
macro_rules! engine_contract {
    ($name:ident, $kind:expr) => {
        #[expect(clippy::duplicate_mod, reason = "the same tests on another engine")]
        #[path = "."]
        mod $name {
            use codemode_engines::EngineKind;
            use codemode_run::Limits;

            use codemode_run::Language;

            use crate::support::Bench;

            /// What the engine runs.
            const LANGUAGES: [Language; 4] = Language::ALL;

            /// Whether programs can start processes.
            const HAS_PROCESSES: bool = true;

            /// Whether JavaScript runs in V8.
            const IS_V8: bool = true;

            /// Programs of the corpus that do not print what they print in plain Node.
            fn different_in_javascript() -> std::collections::BTreeSet<String> {
                std::collections::BTreeSet::new()
            }

            fn bench() -> Bench {
                Bench::of($kind)
            }

            fn warm_bench(warm: usize) -> Bench {
                Bench::with($kind, warm, Limits::default())
            }

            #[path = "bash.rs"]
            mod bash;
            #[path = "corpus.rs"]
            mod corpus;
            #[path = "corpus_javascript.rs"]
            mod corpus_javascript;
            #[path = "javascript.rs"]
            mod javascript;
            #[path = "leaks.rs"]
            pub(crate) mod leaks;
            #[path = "python.rs"]
            mod python;
            #[path = "tools.rs"]
            mod tools;
            #[path = "values.rs"]
            mod values;
        }
    };
}

engine_contract!(on_direct, EngineKind::Direct);
engine_contract!(on_jail, EngineKind::Jail);
