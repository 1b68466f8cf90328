//! Runs that go on or are over: started here, waited for, cancelled and read by their id.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::RunError;
use crate::host::Stream;
use crate::output::Recorder;
use crate::program::RunRequest;
use crate::report::Report;
use crate::runner::Runner;

/// How a run went: a report, or our own failure.
pub type Finished = Arc<Result<Report, RunError>>;

/// The runs of one server, newest last, at most `limits.runs_kept` of those that are over.
#[derive(Debug, Clone)]
pub struct Runs {
    runner: Arc<Runner>,
    table: Arc<Mutex<VecDeque<RunHandle>>>,
}

/// One run. Clones are the same run; dropping them does not end it.
#[derive(Debug, Clone)]
pub struct RunHandle {
    /// Its id.
    pub id: String,
    cancel: CancellationToken,
    finished: watch::Receiver<Option<Finished>>,
    recorder: Arc<Recorder>,
    unfinished: Arc<Report>,
}

impl Runs {
    /// Runs of this runner.
    pub fn new(runner: Arc<Runner>) -> Self {
        Self { runner, table: Arc::default() }
    }

    /// The runner behind it.
    pub fn runner(&self) -> &Arc<Runner> {
        &self.runner
    }

    /// Starts a run. It goes on until it ends or is cancelled, whatever becomes of the handle.
    pub fn start(&self, request: RunRequest) -> RunHandle {
        let (sender, finished) = watch::channel(None);
        let id = self.runner.new_run_id();
        let recorder = Arc::new(self.runner.recorder(&id));
        let cancel = CancellationToken::new();
        let unfinished = Arc::new(self.runner.unfinished(&id, &request));
        let handle = RunHandle { id, cancel, finished, recorder, unfinished };
        self.keep(handle.clone());
        let (runner, run) = (Arc::clone(&self.runner), handle.clone());
        tokio::spawn(async move {
            let report = runner.run(&run.id, request, &run.recorder, run.cancel.clone()).await;
            sender.send_replace(Some(Arc::new(report)));
        });
        handle
    }

    /// The run of this id, when it goes on or is still kept.
    pub fn find(&self, id: &str) -> Option<RunHandle> {
        self.lock().iter().find(|run| run.id == id).cloned()
    }

    /// Ids of the runs that are known, newest first.
    pub fn ids(&self) -> Vec<String> {
        self.lock().iter().rev().map(|run| run.id.clone()).collect()
    }

    /// Kills every run that goes on and waits for their ends.
    pub async fn shutdown(&self) {
        let runs: Vec<RunHandle> = self.lock().iter().cloned().collect();
        for run in &runs {
            run.cancel();
        }
        for run in runs {
            run.finish().await;
        }
        self.runner.shutdown().await;
    }

    fn keep(&self, handle: RunHandle) {
        let mut table = self.lock();
        table.push_back(handle);
        let mut excess = table
            .iter()
            .filter(|run| run.report().is_some())
            .count()
            .saturating_sub(self.runner.limits().runs_kept);
        table.retain(|run| {
            let drop_it = excess > 0 && run.report().is_some();
            excess -= usize::from(drop_it);
            !drop_it
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<RunHandle>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunHandle {
    /// Kills the program with everything that it started.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Waits for the end.
    pub async fn finish(&self) -> Finished {
        let mut finished = self.finished.clone();
        let end = finished.wait_for(Option::is_some).await.ok().and_then(|end| end.clone());
        end.unwrap_or_else(|| {
            Arc::new(Err(RunError::new(
                "engine_failed",
                "the run ended without a report",
                "the log has the cause",
            )))
        })
    }

    /// Waits for the end for at most `patience`.
    pub async fn finish_within(&self, patience: Duration) -> Option<Finished> {
        tokio::time::timeout(patience, self.finish()).await.ok()
    }

    /// The end, when it is over.
    pub fn report(&self) -> Option<Finished> {
        self.finished.borrow().clone()
    }

    /// What there is of a run that goes on: its output so far, no ending.
    pub fn so_far(&self) -> Report {
        let mut report = (*self.unfinished).clone();
        report.stdout = self.recorder.captured(Stream::Stdout);
        report.stderr = self.recorder.captured(Stream::Stderr);
        report.displays = self.recorder.displays();
        report.duration = self.runner_clock();
        report
    }

    /// The run's output as it comes.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    fn runner_clock(&self) -> Duration {
        let started = ulid::Ulid::from_string(&self.id).map(|id| id.datetime());
        started.ok().and_then(|started| started.elapsed().ok()).unwrap_or_default()
    }
}
