//! What was learned from failures, behind the seam of the runner.

mod matching;
mod pending;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use codemode_run::{
    Added, Ending, Learning, Lesson, Memory, NewLearning, Recalled, Report, RunError, RunRequest,
};

use crate::store::{LEARNINGS_MAX, Store, StoreError};
use pending::Pending;

/// Longest text of one field of a learning, in characters.
const FIELD_CHARS_MAX: usize = 8_000;

/// The learnings in the one SQLite file, which is opened when somebody first asks.
#[derive(Debug, Clone)]
pub struct Learnings {
    path: PathBuf,
    pending: Arc<Mutex<Pending>>,
    store: Arc<Mutex<Option<Store>>>,
}

impl Learnings {
    /// Learnings in this file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, pending: Arc::default(), store: Arc::default() }
    }

    /// Asks the file, away from the threads that answer requests.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, RunError> {
        let (store, path) = (Arc::clone(&self.store), self.path.clone());
        let asked = tokio::task::spawn_blocking(move || with(&store, &path, question)).await;
        match asked {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(failure(error)),
            Err(error) => Err(failure(error)),
        }
    }
}

fn with<T>(
    store: &Mutex<Option<Store>>,
    path: &Path,
    question: impl FnOnce(&mut Store) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = match &mut *store {
        Some(store) => question(store),
        empty => {
            let opened = empty.insert(Store::open(path)?);
            for warning in &opened.warnings {
                tracing::warn!("{warning}");
            }
            question(opened)
        }
    };
    if answer.as_ref().is_err_and(StoreError::is_damage) {
        // The next question opens it anew, which puts the damaged file aside.
        *store = None;
    }
    answer
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
        self.ask(move |store| store.add_learning(&learning, now_ms())).await
    }

    async fn list(&self, limit: usize) -> Result<Vec<Learning>, RunError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.ask(move |store| store.learnings(limit)).await
    }

    async fn search(&self, words: &str, limit: usize) -> Result<Vec<Recalled>, RunError> {
        let (words, limit) = (words.to_owned(), u32::try_from(limit).unwrap_or(u32::MAX));
        self.ask(move |store| store.search_learnings(&words, limit)).await
    }

    async fn recall(
        &self,
        request: &RunRequest,
        report: &Report,
        limit: usize,
    ) -> Result<Vec<Recalled>, RunError> {
        let text = matching::text_of(report);
        let recalled = self
            .ask(move |store| Ok(matching::fitting(store.learnings(LEARNINGS_MAX)?, &text, limit)))
            .await?;
        let ids = recalled.iter().map(|recalled| recalled.learning.id).collect();
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).suggested(request, &report.run_id, ids);
        Ok(recalled)
    }

    fn note(&self, request: &RunRequest, report: &Report) {
        if matches!(report.ending, None | Some(Ending::Cancel)) {
            return;
        }
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ids) = pending.next_try(request, &report.run_id) else { return };
        drop(pending);
        let (this, helped, run_id) = (self.clone(), report.is_success(), report.run_id.clone());
        tokio::spawn(async move {
            let counted = this.ask(move |store| store.count_learnings(&ids, helped, now_ms())).await;
            if let Err(error) = counted {
                tracing::warn!(%error, run_id, "what became of a learning was not counted");
            }
        });
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

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
