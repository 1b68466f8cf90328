//! The file of learnings, open, with what their meaning needs at hand.

use std::collections::HashMap;

use codemode_run::{Learning, Lesson, Recalled};

use super::matching::{Patterns, trust};
use super::ranking::{NEAR_ENOUGH, by_meaning, by_words};
use crate::index::Index;
use crate::meaning;
use crate::store::{Store, StoreError};
use crate::vector::Vector;

/// Hits of either kind that are ranked.
const HITS_MAX: usize = 50;

/// Learnings whose meaning is found out while somebody waits; the rest is done behind.
const FILL_FIRST: usize = 16;

/// Nearness from which on a learning is told to who did not ask for it: an error to an error, a purpose to a purpose.
const TELL_ERROR: f32 = 0.6;
const TELL_PURPOSE: f32 = 0.5;

/// A learning that helped in fewer of its tries is told to nobody who did not ask.
const TELL_TRUST: f64 = 0.25;

#[derive(Debug)]
pub(super) struct Opened {
    /// Learnings up to this number have their vectors.
    filled: i64,
    index: Index,
    patterns: Patterns,
    pub(super) store: Store,
}

/// A failure that somebody may have seen before.
#[derive(Debug)]
pub(super) struct Failure {
    /// What it was for; may be empty.
    pub(super) purpose: String,
    /// All that was said.
    pub(super) text: String,
    /// The one line that names it.
    pub(super) title: String,
}

impl Opened {
    pub(super) fn new(store: Store) -> Self {
        Self { filled: 0, index: Index::default(), patterns: Patterns::default(), store }
    }

    /// Finds out what up to so many learnings mean. True when there are more.
    pub(super) fn fill(&mut self, most: usize) -> Result<bool, StoreError> {
        let newest = self.store.newest_learning()?;
        if newest <= self.filled {
            return Ok(false);
        }
        let missing = self.store.without_vector(meaning::MODEL, self.filled, most)?;
        let is_all = missing.len() < most;
        let mut vectors = Vec::new();
        for learning in missing {
            let Some(vector) = meaning::encode(&text_of(&learning)) else { return Ok(false) };
            vectors.push((learning.id, vector));
        }
        if !vectors.is_empty() {
            self.store.add_vectors(meaning::MODEL, &vectors)?;
        }
        if is_all {
            self.filled = newest;
        }
        Ok(!is_all)
    }

    /// The learnings that answer a question, the best first.
    pub(super) fn search(&mut self, question: &str, limit: usize) -> Result<Vec<Recalled>, StoreError> {
        let hits = self.store.word_hits(question, HITS_MAX)?;
        let Some(near) = self.near(question, NEAR_ENOUGH)? else { return Ok(by_words(hits, limit)) };
        Ok(by_meaning(near, hits, |id| self.index.has(id), limit))
    }

    /// The learnings that fit a failure: by their pattern, then by what they mean.
    pub(super) fn recall(&mut self, failure: &Failure, limit: usize) -> Result<Vec<Recalled>, StoreError> {
        self.patterns.refresh(&self.store)?;
        let fitting = self.store.learnings_of(&self.patterns.fitting(&failure.text))?;
        let scored = fitting.into_iter().map(|learning| Recalled { score: trust(&learning), learning });
        let mut found: Vec<Recalled> = scored.collect();
        found.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then(other.learning.id.cmp(&one.learning.id))
        });
        let errors = self.near(&failure.title, TELL_ERROR)?.unwrap_or_default();
        let errors = errors.into_iter().filter(|(learning, _)| is_error(learning));
        let purposes =
            if self.store.has_semantic()? { self.near(&failure.purpose, TELL_PURPOSE)? } else { None };
        let purposes = purposes.unwrap_or_default().into_iter().filter(|(learning, _)| !is_error(learning));
        for (learning, cosine) in errors.chain(purposes) {
            if !found.iter().any(|known| known.learning.id == learning.id) {
                found.push(Recalled { learning, score: f64::from(cosine) });
            }
        }
        found.retain(|recalled| trust(&recalled.learning) >= TELL_TRUST);
        found.truncate(limit);
        Ok(found)
    }

    /// The learnings that are so near to a text. `None` when there is nothing to compare, or nothing to compare with.
    pub(super) fn near(
        &mut self,
        text: &str,
        at_least: f32,
    ) -> Result<Option<Vec<(Learning, f32)>>, StoreError> {
        // The model is not loaded for a memory in which nothing is.
        if text.trim().is_empty() || self.store.newest_learning()? == 0 {
            return Ok(None);
        }
        self.fill(FILL_FIRST)?;
        let Some(vector) = meaning::encode(text) else { return Ok(None) };
        self.nearest(&vector, at_least).map(Some)
    }

    fn nearest(&mut self, vector: &Vector, at_least: f32) -> Result<Vec<(Learning, f32)>, StoreError> {
        self.index.refresh(&self.store, meaning::MODEL)?;
        let near = self.index.nearest(vector, at_least, HITS_MAX);
        let ids: Vec<i64> = near.iter().map(|(id, _)| *id).collect();
        let learnings = self.store.learnings_of(&ids)?;
        let mut learnings: HashMap<i64, Learning> =
            learnings.into_iter().map(|learning| (learning.id, learning)).collect();
        // One that was forgotten meanwhile is not there any more.
        Ok(near.into_iter().filter_map(|(id, cosine)| Some((learnings.remove(&id)?, cosine))).collect())
    }
}

fn is_error(learning: &Learning) -> bool {
    matches!(learning.lesson, Lesson::Error { .. })
}

/// What a learning says, as one text.
fn text_of(learning: &Learning) -> String {
    let Learning { context, lesson, .. } = learning;
    let parts: [&str; 4] = match lesson {
        Lesson::Error { pattern, solution } => [pattern, solution, context, ""],
        Lesson::Semantic { failed_approach, objective, successful_approach } => {
            [objective, failed_approach, successful_approach, context]
        }
    };
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(". ")
}
