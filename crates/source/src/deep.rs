//! A stack of its own for a parser that descends with the nesting of a program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::SyntaxError;

/// What a parser takes beside its levels.
const STACK_BYTES_BASE: usize = 512 * 1024;
const STACK_BYTES_MAX: usize = 4096 * 1024 * 1024;

/// Runs this on a stack that a program cannot exhaust: it is hostile, and each of its characters can be a level. Pages of a
/// stack that are not reached cost nothing.
///
/// Where there is no room for one, or when the parser itself breaks, the program counts as one that cannot be read.
pub(crate) fn on_deep_stack<T>(
    code: &str,
    bytes_per_character: usize,
    work: impl FnOnce() -> Result<T, SyntaxError>,
) -> Result<T, SyntaxError> {
    let levels = code.len().saturating_mul(bytes_per_character);
    let bytes = levels.saturating_add(STACK_BYTES_BASE).min(STACK_BYTES_MAX);
    // A short program is read on the stack that is there: to make one takes longer than everything else here.
    catch_unwind(AssertUnwindSafe(|| stacker::maybe_grow(bytes, bytes, work)))
        .unwrap_or_else(|_| Err(unreadable(code)))
}

pub(crate) fn unreadable(code: &str) -> SyntaxError {
    let text = code.lines().next().unwrap_or_default().to_owned();
    SyntaxError { message: "the program cannot be read".to_owned(), line: 1, column: 1, text }
}
