//! The engine, made ready once for all tests.

use std::path::{Path, PathBuf};

use codemode_engines::EngineOptions;
use codemode_run::Limits;
use codemode_wasm::{Embedded, Index};

use crate::support::{Bench, options};

/// The engine of these tests, whose files are made once for the whole build folder, or are in the one that
/// `CODEMODE_TEST_EMBEDDED` names.
pub(crate) fn embedded(warm: usize, limits: Limits) -> Embedded {
    over(&options(warm, limits))
}

/// The engine over these options.
pub(crate) fn over(options: &EngineOptions) -> Embedded {
    let embedded = Embedded::new(options, folder(), Index::find(&std::env::vars().collect()));
    if !embedded.is_prepared() {
        let prepare = async { embedded.prepare(&|_| {}).await.unwrap() };
        // A test may be inside of a runtime, which must not be blocked by another.
        std::thread::scope(|scope| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            scope.spawn(move || runtime.block_on(prepare)).join().unwrap();
        });
    }
    embedded
}

pub(crate) fn folder() -> PathBuf {
    let given = std::env::var_os("CODEMODE_TEST_EMBEDDED").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded"))
}

/// A bench over the engine, without warm workers.
pub(crate) fn bench() -> Bench {
    with(0, Limits::default())
}

pub(crate) fn with(warm: usize, limits: Limits) -> Bench {
    Bench::over(embedded(warm, limits.clone()).engine(), limits)
}
