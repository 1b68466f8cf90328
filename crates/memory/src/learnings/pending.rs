//! Suggestions whose outcome is not known yet: the next run of the same session, or for the same purpose, tells it.

use std::collections::VecDeque;

use codemode_run::RunRequest;

/// Suggestions that are waited for; the oldest are forgotten.
const PENDING_MAX: usize = 256;

/// What was suggested to whom.
#[derive(Debug, Default)]
pub(super) struct Pending(VecDeque<Suggestion>);

#[derive(Debug)]
struct Suggestion {
    ids: Vec<i64>,
    key: Key,
    run_id: String,
}

/// Runs that belong together.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    Description(String),
    Session(String),
}

fn key(request: &RunRequest) -> Option<Key> {
    let session = request.session_id.clone().map(Key::Session);
    session
        .or_else(|| request.description.clone().filter(|text| !text.trim().is_empty()).map(Key::Description))
}

impl Pending {
    /// Remembers what the run of this id was told.
    pub(super) fn suggested(&mut self, request: &RunRequest, run_id: &str, ids: Vec<i64>) {
        let (Some(key), false) = (key(request), ids.is_empty()) else { return };
        if self.0.len() >= PENDING_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Suggestion { ids, key, run_id: run_id.to_owned() });
    }

    /// What was suggested before this run, which is the try that tells.
    pub(super) fn next_try(&mut self, request: &RunRequest, run_id: &str) -> Option<Vec<i64>> {
        let key = key(request)?;
        let place = self.0.iter().position(|known| known.key == key && known.run_id != run_id)?;
        Some(self.0.remove(place)?.ids)
    }
}
