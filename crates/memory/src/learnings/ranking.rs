//! Which learnings answer a question: nearness of meaning first, words where they are sure.
//!
//! Fusing both lists by rank made it worse: for a question in other words the list by words is noise, and would get half the
//! vote. So words only break ties, and only when the first hit stands out.

use std::collections::BTreeMap;

use codemode_run::{Learning, Recalled};

use super::matching::trust;

/// Nearness below which two texts have nothing to do with each other. Who asks would rather see a doubtful answer behind the
/// good ones than none.
pub(super) const NEAR_ENOUGH: f32 = 0.15;

/// Rank by words from which on a hit may be sure, and how far it must be before the second one.
const SURE_FIT: f64 = 10.0;
const SURE_LEAD: f64 = 1.3;

/// What a sure hit by words adds to its nearness.
const SURE_BONUS: f64 = 0.2;

/// What a learning that always helped is ahead of one that never did.
const TRUST_WEIGHT: f64 = 0.05;

/// A learning that has words of the question.
#[derive(Debug)]
pub(crate) struct WordHit {
    /// How well they fit (BM25), above zero.
    pub(crate) fit: f64,
    pub(crate) learning: Learning,
}

/// Learnings by words alone, the best first, as found.
pub(super) fn by_words(hits: Vec<WordHit>, limit: usize) -> Vec<Recalled> {
    let hits = hits.into_iter().take(limit);
    hits.map(|hit| Recalled { score: hit.fit / (hit.fit + 1.0), learning: hit.learning }).collect()
}

/// Learnings by meaning. Those whose meaning is not known yet are ranked by their words, behind.
pub(super) fn by_meaning(
    near: Vec<(Learning, f32)>,
    hits: Vec<WordHit>,
    is_known: impl Fn(i64) -> bool,
    limit: usize,
) -> Vec<Recalled> {
    let sure = sure(&hits);
    let mut found: BTreeMap<i64, Recalled> = BTreeMap::new();
    for (learning, cosine) in near {
        let bonus = if sure == Some(learning.id) { SURE_BONUS } else { 0.0 };
        let score = (f64::from(cosine) + bonus + TRUST_WEIGHT * (trust(&learning) - 0.5)).clamp(0.0, 1.0);
        found.insert(learning.id, Recalled { learning, score });
    }
    for WordHit { fit, learning } in hits {
        if sure == Some(learning.id) || !is_known(learning.id) {
            let score = f64::from(NEAR_ENOUGH) * fit / (fit + 1.0);
            found.entry(learning.id).or_insert(Recalled { learning, score });
        }
    }
    let mut found: Vec<Recalled> = found.into_values().collect();
    found.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(other.learning.id.cmp(&one.learning.id))
    });
    found.truncate(limit);
    found
}

/// The hit that stands out.
fn sure(hits: &[WordHit]) -> Option<i64> {
    let first = hits.first()?;
    let second = hits.get(1).map_or(0.0, |hit| hit.fit);
    (first.fit >= SURE_FIT && first.fit >= SURE_LEAD * second).then_some(first.learning.id)
}
