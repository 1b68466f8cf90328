//! What was learned from failures. Who keeps it is behind a seam; the pipeline only asks.

use async_trait::async_trait;

use crate::error::RunError;
use crate::program::RunRequest;
use crate::report::Report;

/// What one learning says. Its words come from models and users: they are data, never instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lesson {
    /// An error and what mends it.
    Error {
        /// A regular expression that is searched in the error's text, without regard to case; plain text when it is no
        /// regular expression.
        pattern: String,
        /// What mends such an error.
        solution: String,
    },
    /// A program that ran, and did not do what was wanted.
    Semantic {
        /// What was tried and did not reach the objective.
        failed_approach: String,
        /// What was wanted.
        objective: String,
        /// What reached it.
        successful_approach: String,
    },
}

/// A learning that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLearning {
    /// When it holds; may be empty.
    pub context: String,
    /// What it says.
    pub lesson: Lesson,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// A learning that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learning {
    /// When it holds; may be empty.
    pub context: String,
    /// When it was added, in milliseconds since 1970.
    pub created_ms: i64,
    /// How often it was suggested and the next try failed again.
    pub failure_count: u32,
    /// Its number.
    pub id: i64,
    /// When it was last suggested, in milliseconds since 1970.
    pub last_used_ms: Option<i64>,
    /// What it says.
    pub lesson: Lesson,
    /// How often it was suggested and the next try worked.
    pub success_count: u32,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// A learning that answers a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// The learning.
    pub learning: Learning,
    /// How well it fits: 1 is a perfect fit, 0 is none.
    pub score: f64,
}

/// What became of a [`NewLearning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The same was known already; what is known was refreshed.
    Known(i64),
    /// It was new.
    New(i64),
}

/// Keeps learnings and finds those that fit. Two exist: the one in SQLite and [`NoMemory`].
#[async_trait]
pub trait Memory: Send + Sync + std::fmt::Debug {
    /// Keeps a learning: once this has answered, it is not lost.
    async fn add(&self, learning: NewLearning) -> Result<Added, RunError>;

    /// Learnings, the newest first.
    async fn list(&self, limit: usize) -> Result<Vec<Learning>, RunError>;

    /// The learnings that fit these words best, the best first; none that does not fit.
    async fn search(&self, words: &str, limit: usize) -> Result<Vec<Recalled>, RunError>;

    /// The learnings that match a run that failed, the best first. The bound is stricter than that of a search: nobody
    /// asked for them.
    async fn recall(
        &self,
        request: &RunRequest,
        report: &Report,
        limit: usize,
    ) -> Result<Vec<Recalled>, RunError>;

    /// Takes note of a run that ended: whether what was recalled has helped, and whether a failure before it teaches
    /// anything. It does its work behind the caller's back and logs its own trouble.
    fn note(&self, request: &RunRequest, report: &Report);

    /// Waits until everything that was noted is kept.
    async fn settle(&self);
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoMemory;

#[async_trait]
impl Memory for NoMemory {
    async fn add(&self, _learning: NewLearning) -> Result<Added, RunError> {
        Err(RunError::new(
            "no_memory",
            "nothing is remembered here",
            "see `codemode config path` for where data is kept",
        ))
    }

    async fn list(&self, _limit: usize) -> Result<Vec<Learning>, RunError> {
        Ok(Vec::new())
    }

    async fn search(&self, _words: &str, _limit: usize) -> Result<Vec<Recalled>, RunError> {
        Ok(Vec::new())
    }

    async fn recall(&self, _: &RunRequest, _: &Report, _: usize) -> Result<Vec<Recalled>, RunError> {
        Ok(Vec::new())
    }

    fn note(&self, _request: &RunRequest, _report: &Report) {}

    async fn settle(&self) {}
}
