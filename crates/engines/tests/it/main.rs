//! The engines, through their seam.

mod direct;
mod escape;
mod faults;
mod files;
mod frames;
mod jail;
mod jail_scratch;
mod support;

/// What every engine over guests has to do, compiled once for each of them.
macro_rules! engine_contract {
    ($name:ident, $kind:expr) => {
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
