//! Notes finished runs on a thread of its own, so that no run waits for a disk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use codemode_run::{Journal, Report, RunRequest};

use crate::rows::RunRow;
use crate::store::{Store, StoreError};

/// Runs that may wait to be written; more are told to the log and left out.
const WAITING_MAX: usize = 1024;

/// The journal of runs. The file is opened at the first run; dropping this writes what waits.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    writer: Mutex<Option<Writer>>,
}

#[derive(Debug)]
struct Writer {
    rows: SyncSender<RunRow>,
    thread: JoinHandle<()>,
}

impl History {
    /// A history in this file.
    pub fn new(path: PathBuf) -> Self {
        Self { path, writer: Mutex::new(None) }
    }

    fn send(&self, row: RunRow) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = writer.get_or_insert_with(|| start(self.path.clone()));
        match writer.rows.try_send(row) {
            Ok(()) => {}
            Err(TrySendError::Full(row)) => {
                tracing::warn!(run_id = row.run_id, "the history is too slow; a run is left out");
            }
            // The thread said why when it ended.
            Err(TrySendError::Disconnected(row)) => {
                tracing::debug!(run_id = row.run_id, "the history is not kept");
            }
        }
    }
}

impl Journal for History {
    fn note(&self, request: &RunRequest, report: &Report) {
        self.send(RunRow::new(request, report));
    }
}

impl Drop for History {
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Writer { rows, thread }) = writer {
            drop(rows);
            let _ = thread.join();
        }
    }
}

fn start(path: PathBuf) -> Writer {
    let (rows, waiting) = sync_channel(WAITING_MAX);
    Writer { rows, thread: std::thread::spawn(move || write(&path, &waiting)) }
}

fn write(path: &Path, waiting: &Receiver<RunRow>) {
    let Some(mut store) = open(path) else { return };
    while let Ok(row) = waiting.recv() {
        let Err(error) = store.add(&row) else { continue };
        say(&error, "a run is not in the history");
        if error.is_damage() {
            let Some(reopened) = open(path) else { return };
            store = reopened;
        }
    }
}

fn open(path: &Path) -> Option<Store> {
    let store = Store::open(path).map_err(|error| say(&error, "the history is not kept")).ok()?;
    for warning in &store.warnings {
        tracing::warn!("{warning}");
    }
    Some(store)
}

fn say(error: &StoreError, what: &str) {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(%error, source, "{what}");
}
