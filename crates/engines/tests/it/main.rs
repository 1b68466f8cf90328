//! The engines, through their seam.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and says by a line what it did not try"
)]

mod direct;
mod escape;
mod faults;
mod files;
mod frames;
mod jail;
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

            #[path = "leaks.rs"]
            mod leaks;
            #[path = "python.rs"]
            mod python;
        }
    };
}

engine_contract!(on_direct, EngineKind::Direct);
engine_contract!(on_jail, EngineKind::Jail);
