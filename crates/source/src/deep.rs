//! A stack of its own for a parser that descends with the nesting of a program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::SyntaxError;

const STACK_BYTES_MIN: usize = 8 * 1024 * 1024;
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
    let bytes = code.len().saturating_mul(bytes_per_character).clamp(STACK_BYTES_MIN, STACK_BYTES_MAX);
    // Not a thread: for a short program that would take longer than everything else here.
    catch_unwind(AssertUnwindSafe(|| stacker::grow(bytes, work))).unwrap_or_else(|_| Err(unreadable(code)))
}

pub(crate) fn unreadable(code: &str) -> SyntaxError {
    let text = code.lines().next().unwrap_or_default().to_owned();
    SyntaxError { message: "the program cannot be read".to_owned(), line: 1, column: 1, text }
}
