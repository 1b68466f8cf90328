//! Where finished runs are noted.

use crate::program::RunRequest;
use crate::report::Report;

/// Takes note of every run that ended. Two exist: the history in SQLite and [`Nothing`].
pub trait Journal: Send + Sync + std::fmt::Debug {
    /// Notes one run. It must not fail the run: an implementation logs its own trouble.
    fn note(&self, request: &RunRequest, report: &Report);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Journal for Nothing {
    fn note(&self, _request: &RunRequest, _report: &Report) {}
}
