//! What was learned from failures, behind the seam of the runner.

mod lesson;
mod matching;
mod opened;
mod pending;
mod ranking;
#[cfg(all(test, feature = "meaning"))]
mod relevance;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use codemode_run::{
    Added, Ending, Learning, Lesson, Memory, NewLearning, Recalled, Report, RunError, RunRequest,
};
use tokio_util::task::TaskTracker;

use crate::exchange::Kept;
use crate::rows::now_ms;
use crate::store::{Imported, LEARNINGS_MAX, Store, StoreError};
use opened::Opened;
use pending::{Pending, Told};
pub(crate) use ranking::WordHit;

/// Longest text of one field of a learning, in characters.
const FIELD_CHARS_MAX: usize = 8_000;

/// Learnings whose meaning is found out at a time, behind everybody's back; whoever asks meanwhile waits for so many.
const FILL_AT_ONCE: usize = 8;

/// The learnings in the one SQLite file, which is opened when somebody first asks.
#[derive(Debug, Clone)]
pub struct Learnings(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What is written behind the runner's back.
    behind: TaskTracker,
    is_filling: AtomicBool,
    /// Whether mended failures become learnings by themselves.
    learns: bool,
    opened: Mutex<Option<Opened>>,
    path: PathBuf,
    pending: Mutex<Pending>,
}

impl Learnings {
    /// Learnings in this file. A failure that a later run mends becomes one by itself.
    pub fn new(path: PathBuf) -> Self {
        Self::with_learning(path, true)
    }

    /// The same; whether failures become learnings by themselves is said.
    pub fn with_learning(path: PathBuf, learns: bool) -> Self {
        let behind = TaskTracker::new();
        behind.close();
        Self(Arc::new(Inner {
            behind,
            is_filling: AtomicBool::new(false),
            learns,
            opened: Mutex::default(),
            path,
            pending: Mutex::default(),
        }))
    }

    /// Takes learnings that a file holds, all or none. Those that are known already stay as they are.
    pub async fn import(&self, learnings: Vec<Kept>) -> Result<Imported, RunError> {
        for (number, kept) in (1..).zip(&learnings) {
            check(&kept.learning).map_err(|error| RunError {
                message: format!("entry {number}: {}", error.message),
                ..error
            })?;
        }
        self.ask(move |opened| opened.store.import(&learnings)).await
    }

    /// Every learning, the newest first, for a file.
    pub async fn export(&self) -> Result<Vec<Kept>, RunError> {
        self.ask(|opened| opened.store.kept(LEARNINGS_MAX)).await
    }

    /// Finds out what some more learnings mean, so that the next search need not. True when there are more.
    pub async fn prepare(&self) -> Result<bool, RunError> {
        self.ask(|opened| opened.fill(FILL_AT_ONCE)).await
    }

    /// Asks the file, away from the threads that answer requests.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Opened) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, RunError> {
        let this = self.clone();
        let asked = tokio::task::spawn_blocking(move || with(&this.0.opened, &this.0.path, question)).await;
        match asked {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(failure(error)),
            Err(error) => Err(failure(error)),
        }
    }

    /// Finds out what all learnings mean, one piece of work after the other.
    fn fill_behind(&self) {
        if self.0.is_filling.swap(true, Ordering::Relaxed) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            let ended = loop {
                match this.prepare().await {
                    Ok(true) => {}
                    ended => break ended,
                }
            };
            this.0.is_filling.store(false, Ordering::Relaxed);
            match ended {
                // This process ends; another one goes on where this stopped.
                Err(error) if is_cancelled(&error) => {}
                Err(error) => {
                    let cause = error.source.as_deref().map(ToString::to_string);
                    tracing::warn!(%error, cause, "what learnings mean was not found out");
                }
                Ok(_) => {}
            }
        });
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what became of suggestions, and what the run taught.
    async fn write(&self, told: Told, request: RunRequest, helped: bool) -> Result<(), RunError> {
        if !told.suggested.is_empty() {
            let ids = told.suggested;
            self.ask(move |opened| opened.store.count_learnings(&ids, helped, now_ms())).await?;
        }
        let Some(failed) = told.failed else { return Ok(()) };
        // Programs are compared word by word, which may take a while.
        let compared = tokio::task::spawn_blocking(move || (failed.lesson(&request), request)).await;
        let (Some(learning), request) = compared.map_err(failure)? else { return Ok(()) };
        self.pending().mended(&request);
        self.add(learning).await.map(drop)
    }
}

fn with<T>(
    opened: &Mutex<Option<Opened>>,
    path: &Path,
    question: impl FnOnce(&mut Opened) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = match &mut *opened {
        Some(opened) => question(opened),
        empty => {
            let store = Store::open(path)?;
            for warning in &store.warnings {
                tracing::warn!("{warning}");
            }
            question(empty.insert(Opened::new(store)))
        }
    };
    if answer.as_ref().is_err_and(StoreError::is_damage) {
        // The next question opens it anew, which puts the damaged file aside.
        *opened = None;
    }
    answer
}

/// Whether nothing failed but that the runtime takes no work any more.
fn is_cancelled(error: &RunError) -> bool {
    let source = error.source.as_deref().and_then(|source| source.downcast_ref::<tokio::task::JoinError>());
    source.is_some_and(tokio::task::JoinError::is_cancelled)
}

fn failure(source: impl std::error::Error + Send + Sync + 'static) -> RunError {
    RunError {
        code: "memory_failed",
        hint: Some("the log has the cause; `codemode config path` says where the file is".to_owned()),
        message: "failed to use the learnings".to_owned(),
        source: Some(Box::new(source)),
    }
}

#[async_trait]
impl Memory for Learnings {
    async fn add(&self, learning: NewLearning) -> Result<Added, RunError> {
        check(&learning)?;
        self.ask(move |opened| opened.store.add_learning(&learning, now_ms())).await
    }

    async fn list(&self, limit: usize) -> Result<Vec<Learning>, RunError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.ask(move |opened| opened.store.learnings(limit)).await
    }

    async fn search(&self, words: &str, limit: usize) -> Result<Vec<Recalled>, RunError> {
        let words = words.to_owned();
        let found = self.ask(move |opened| opened.search(&words, limit)).await?;
        self.fill_behind();
        Ok(found)
    }

    async fn recall(
        &self,
        request: &RunRequest,
        report: &Report,
        limit: usize,
    ) -> Result<Vec<Recalled>, RunError> {
        let failure = matching::failure(request, report);
        let recalled = self.ask(move |opened| opened.recall(&failure, limit)).await?;
        let ids = recalled.iter().map(|recalled| recalled.learning.id).collect();
        self.pending().suggested(request, &report.run_id, ids);
        Ok(recalled)
    }

    fn note(&self, request: &RunRequest, report: &Report) {
        if matches!(report.ending, None | Some(Ending::Cancel)) {
            return;
        }
        let mut told = self.pending().next_try(request, report);
        told.failed = told.failed.filter(|_| self.0.learns);
        if told.is_empty() {
            return;
        }
        let (this, request, helped) = (self.clone(), request.clone(), report.is_success());
        let run_id = report.run_id.clone();
        self.0.behind.spawn(async move {
            if let Err(error) = this.write(told, request, helped).await {
                tracing::warn!(%error, run_id, "what a run taught was not kept");
            }
        });
    }

    async fn settle(&self) {
        self.0.behind.wait().await;
    }
}

/// A lesson has words, and not too many: it is shown to models.
fn check(learning: &NewLearning) -> Result<(), RunError> {
    let fields = match &learning.lesson {
        Lesson::Error { pattern, solution } => vec![("error_pattern", pattern), ("solution", solution)],
        Lesson::Semantic { failed_approach, objective, successful_approach } => vec![
            ("failed_approach", failed_approach),
            ("objective", objective),
            ("successful_approach", successful_approach),
        ],
    };
    if let Some((name, _)) = fields.iter().find(|(_, text)| text.trim().is_empty()) {
        return Err(RunError::invalid_argument(name, "is empty"));
    }
    let tags = learning.tags.join(",");
    let all = fields.into_iter().chain([("context", &learning.context), ("tags", &tags)]);
    for (name, text) in all {
        let chars = text.chars().count();
        if chars > FIELD_CHARS_MAX {
            let problem = format!("has {chars} characters, more than {FIELD_CHARS_MAX}");
            return Err(RunError::invalid_argument(name, problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_that_ends_is_told_from_a_file_that_fails() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let ended = runtime();
        let handle = ended.handle().clone();
        ended.shutdown_background();
        let whole = Learnings::new(folder.path().join("codemode.sqlite"));
        let error = handle.block_on(whole.prepare()).unwrap_err();
        assert!(is_cancelled(&error), "{error:?}");
        // A folder cannot be opened as a file.
        let broken = Learnings::new(folder.path().to_owned());
        let error = runtime().block_on(broken.prepare()).unwrap_err();
        assert!(!is_cancelled(&error), "{error:?}");
    }
}
