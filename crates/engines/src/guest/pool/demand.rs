//! How many interpreters are wanted at once: a burst that found too few makes the next one find enough.

use std::time::{Duration, Instant};

/// Interpreters that wait beside those of the settings.
const EXTRA_MAX: usize = 16;

/// The extra ones are started this long after a burst, which they would slow down.
pub(super) const GROW_AFTER: Duration = Duration::from_secs(1);

/// The extra ones go when nobody missed one for this long.
pub(super) const SHRINK_AFTER: Duration = Duration::from_secs(120);

/// What was asked for and was not there.
#[derive(Debug, Default)]
pub(super) struct Demand {
    extra: usize,
    missed: Option<Instant>,
}

impl Demand {
    /// Notes that an interpreter was wanted and none was ready. True when it is the first of a burst.
    pub(super) fn miss(&mut self, now: Instant) -> bool {
        let is_first = self.is_over(now);
        let remembered = if self.quiet(now) < SHRINK_AFTER { self.extra } else { 0 };
        self.extra = (remembered + 1).min(EXTRA_MAX);
        self.missed = Some(now);
        is_first
    }

    /// Whether no burst goes on.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.quiet(now) >= GROW_AFTER
    }

    /// Interpreters that are worth keeping ready beside those of the settings; none while a burst goes on.
    pub(super) fn extra(&self, now: Instant) -> usize {
        if self.is_over(now) && self.quiet(now) < SHRINK_AFTER { self.extra } else { 0 }
    }

    fn quiet(&self, now: Instant) -> Duration {
        self.missed.map_or(Duration::MAX, |missed| now.saturating_duration_since(missed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_remembered_up_to_a_bound_and_then_forgotten() {
        let (mut demand, start) = (Demand::default(), Instant::now());
        assert_eq!((demand.extra(start), demand.is_over(start)), (0, true));
        let first: Vec<bool> = (0..3).map(|_| demand.miss(start)).collect();
        assert_eq!((first, demand.is_over(start)), (vec![true, false, false], false));
        assert_eq!([start, start + GROW_AFTER, start + SHRINK_AFTER].map(|at| demand.extra(at)), [0, 3, 0]);
        let second = start + GROW_AFTER;
        assert_eq!((demand.miss(second), demand.extra(second + GROW_AFTER)), (true, 4));
        for _ in 0..100 {
            demand.miss(second);
        }
        assert_eq!(demand.extra(second + GROW_AFTER), EXTRA_MAX);
        let third = second + SHRINK_AFTER;
        assert_eq!((demand.miss(third), demand.extra(third + GROW_AFTER)), (true, 1));
    }
}
