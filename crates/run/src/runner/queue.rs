//! Bounds how many programs run at once and how many may wait.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::engine::EngineError;

/// Places for programs.
#[derive(Debug)]
pub(crate) struct Queue {
    places: Semaphore,
    running_max: usize,
    waiting: AtomicUsize,
    waiting_max: usize,
}

/// Counts one waiter, also when its future is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Queue {
    pub(crate) fn new(running_max: usize, waiting_max: usize) -> Self {
        Self { places: Semaphore::new(running_max), running_max, waiting: AtomicUsize::new(0), waiting_max }
    }

    /// Waits for a place; `None` when `cancel` fired first.
    pub(crate) async fn enter(
        &self,
        cancel: &CancellationToken,
    ) -> Result<Option<SemaphorePermit<'_>>, EngineError> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(Some(place));
        }
        let waiting = Waiting(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        if before >= self.waiting_max {
            return Err(EngineError::Busy { running: self.running_max, waiting: before });
        }
        let place = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            place = self.places.acquire() => place.ok(),
        };
        drop(waiting);
        Ok(place)
    }
}
