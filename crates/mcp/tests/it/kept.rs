//! A memory that keeps learnings in a list and finds them by plain text.

use std::sync::Mutex;

use async_trait::async_trait;
use codemode_run::{Added, Learning, Lesson, Memory, NewLearning, Recalled, Report, RunError, RunRequest};

#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Vec<Learning>>);

impl Kept {
    fn fitting(&self, fits: impl Fn(&Lesson) -> bool) -> Vec<Recalled> {
        let kept = self.0.lock().unwrap();
        let fitting = kept.iter().filter(|learning| fits(&learning.lesson));
        fitting.map(|learning| Recalled { learning: learning.clone(), score: 1.0 }).collect()
    }
}

#[async_trait]
impl Memory for Kept {
    async fn add(&self, learning: NewLearning) -> Result<Added, RunError> {
        let NewLearning { context, lesson, tags } = learning;
        let mut kept = self.0.lock().unwrap();
        let id = i64::try_from(kept.len()).unwrap() + 1;
        let counts = (0, 0);
        kept.push(Learning {
            context,
            created_ms: id,
            failure_count: counts.0,
            id,
            last_used_ms: None,
            lesson,
            success_count: counts.1,
            tags,
        });
        Ok(Added::New(id))
    }

    async fn list(&self, limit: usize) -> Result<Vec<Learning>, RunError> {
        Ok(self.0.lock().unwrap().iter().rev().take(limit).cloned().collect())
    }

    async fn search(&self, words: &str, _limit: usize) -> Result<Vec<Recalled>, RunError> {
        Ok(self.fitting(|lesson| format!("{lesson:?}").contains(words)))
    }

    async fn recall(&self, _: &RunRequest, report: &Report, _: usize) -> Result<Vec<Recalled>, RunError> {
        let ending = format!("{:?}", report.ending);
        Ok(self.fitting(|lesson| matches!(lesson, Lesson::Error { pattern, .. } if ending.contains(pattern))))
    }

    fn note(&self, _request: &RunRequest, _report: &Report) {}

    async fn settle(&self) {}
}
