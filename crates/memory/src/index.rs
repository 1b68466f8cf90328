//! What learnings mean, at hand: every vector of the file, compared one by one. Ten thousand take about two milliseconds, which
//! no tree or graph over them would make worth its keep.

use std::collections::HashMap;

use crate::store::{LEARNINGS_MAX, Store, StoreError};
use crate::vector::Vector;

/// The vectors of a model, by their learning.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Number of the last row that was read.
    last: i64,
    vectors: HashMap<i64, Vector>,
}

impl Index {
    /// Reads what this and other servers wrote since the last time.
    pub(crate) fn refresh(&mut self, store: &Store, model: &str) -> Result<(), StoreError> {
        // Learnings that were forgotten are found by nobody, but their vectors would pile up.
        if self.vectors.len() > 2 * LEARNINGS_MAX as usize {
            *self = Self::default();
        }
        for row in store.vectors_after(model, self.last)? {
            self.last = row.number;
            self.vectors.extend(row.vector.map(|vector| (row.learning_id, vector)));
        }
        Ok(())
    }

    /// Whether the meaning of a learning is known.
    pub(crate) fn has(&self, learning_id: i64) -> bool {
        self.vectors.contains_key(&learning_id)
    }

    /// The learnings that are at least so near, the nearest first, and how near each is.
    pub(crate) fn nearest(&self, to: &Vector, at_least: f32, limit: usize) -> Vec<(i64, f32)> {
        let near = self.vectors.iter().map(|(id, vector)| (*id, vector.cosine(to)));
        let mut near: Vec<(i64, f32)> = near.filter(|(_, cosine)| *cosine >= at_least).collect();
        near.sort_by(|(one_id, one), (other_id, other)| other.total_cmp(one).then(other_id.cmp(one_id)));
        near.truncate(limit);
        near
    }
}
