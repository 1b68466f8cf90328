//! The wall clock of a run. It stands still while the program waits for an upstream tool, up to a second limit.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How much of its time a run has used.
#[derive(Debug)]
pub(crate) struct Clock {
    changed: Notify,
    state: Mutex<Waits>,
    /// Longest time that waiting is not counted.
    wait_max: Duration,
}

#[derive(Debug, Default)]
struct Waits {
    open: usize,
    since: Option<Instant>,
    waited: Duration,
}

/// One wait; it is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Wait<'a>(&'a Clock);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut waits = self.0.lock();
        waits.open = waits.open.saturating_sub(1);
        if waits.open == 0 {
            let spent = waits.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            waits.waited += spent;
        }
        drop(waits);
        self.0.changed.notify_one();
    }
}

impl Clock {
    /// A clock that starts when somebody asks when it runs out.
    pub(crate) fn new(wait_max: Duration) -> Self {
        Self { changed: Notify::new(), state: Mutex::default(), wait_max }
    }

    /// Stops the clock until the result is dropped.
    pub(crate) fn wait(&self) -> Wait<'_> {
        let mut waits = self.lock();
        waits.open += 1;
        waits.since.get_or_insert_with(Instant::now);
        drop(waits);
        self.changed.notify_one();
        Wait(self)
    }

    /// Ends when the run has used up `timeout`.
    pub(crate) async fn run_out(&self, timeout: Duration) {
        let started = Instant::now();
        loop {
            let (waited, waits) = self.waited();
            let stands_still = waits && waited < self.wait_max;
            let spent = started.elapsed().saturating_sub(waited.min(self.wait_max));
            let left = if stands_still {
                self.wait_max.saturating_sub(waited)
            } else {
                timeout.saturating_sub(spent)
            };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                () = self.changed.notified() => {}
            }
        }
    }

    /// How long it stood still so far, and whether it does now.
    fn waited(&self) -> (Duration, bool) {
        let waits = self.lock();
        let now = waits.since.map_or(Duration::ZERO, |since| since.elapsed());
        (waits.waited + now, waits.open > 0)
    }

    fn lock(&self) -> MutexGuard<'_, Waits> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Seconds until a run of 10 s runs out that waits from its third second on for `wait` seconds.
    async fn runs_out_after(wait: u32, wait_max: u32) -> u64 {
        let clock = Clock::new(wait_max * SECOND);
        let started = Instant::now();
        let waits = async {
            tokio::time::sleep(3 * SECOND).await;
            let open = clock.wait();
            tokio::time::sleep(wait * SECOND).await;
            drop(open);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = clock.run_out(10 * SECOND) => {}
            () = waits => {}
        }
        started.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_is_not_counted_up_to_its_own_limit() {
        assert_eq!(runs_out_after(0, 100).await, 10);
        assert_eq!(runs_out_after(50, 100).await, 60);
        assert_eq!(runs_out_after(50, 20).await, 30);
        assert_eq!(runs_out_after(1000, 20).await, 30);
    }
}
