//! The engines, through their seam.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and says by a line what it did not try"
)]

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

            use crate::support::Bench;

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
