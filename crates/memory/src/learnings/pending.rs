//! What is not settled yet: suggestions whose outcome the next run of the same session or for the same purpose tells, and
//! failures that a later one may mend.

use std::collections::VecDeque;

use codemode_run::{Report, RunRequest};

use super::lesson::Failed;

/// Sessions and purposes that are waited for; the oldest are forgotten.
const PENDING_MAX: usize = 256;

/// Runs behind a failure that may mend it. Whoever mends something looks around first.
const RUNS_MAX: u32 = 5;

/// What was suggested to whom, and what failed where.
#[derive(Debug, Default)]
pub(super) struct Pending(VecDeque<(Key, Open)>);

#[derive(Debug, Default)]
struct Open {
    failed: Option<Failed>,
    /// Runs since the failure.
    runs: u32,
    /// The suggestions, each with the run that got them.
    suggested: Vec<(String, Vec<i64>)>,
}

/// What a run says about those before it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// A failure that it may have mended.
    pub(super) failed: Option<Failed>,
    /// Suggestions that it was the next try of.
    pub(super) suggested: Vec<i64>,
}

impl Told {
    pub(super) fn is_empty(&self) -> bool {
        self.failed.is_none() && self.suggested.is_empty()
    }
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
    fn open(&mut self, key: Key) -> &mut Open {
        let place = self.0.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            if self.0.len() >= PENDING_MAX {
                self.0.pop_front();
            }
            self.0.push_back((key, Open::default()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    /// Remembers what the run of this id was told.
    pub(super) fn suggested(&mut self, request: &RunRequest, run_id: &str, ids: Vec<i64>) {
        let (Some(key), false) = (key(request), ids.is_empty()) else { return };
        self.open(key).suggested.push((run_id.to_owned(), ids));
    }

    /// Takes note of a run that ended, and gives what it tells about those before it.
    pub(super) fn next_try(&mut self, request: &RunRequest, report: &Report) -> Told {
        let Some(key) = key(request) else { return Told::default() };
        let failed = (!report.is_success()).then(|| Failed::new(request, report)).flatten();
        let is_known = self.0.iter().any(|(known, _)| *known == key);
        if !is_known && failed.is_none() {
            return Told::default();
        }
        let open = self.open(key);
        let earlier = open.suggested.extract_if(.., |(run_id, _)| *run_id != report.run_id);
        let suggested = earlier.flat_map(|(_, ids)| ids).collect();
        let told = Told { failed: open.failed.clone().filter(|_| report.is_success()), suggested };
        open.runs += 1;
        if failed.is_some() {
            (open.failed, open.runs) = (failed, 0);
        } else if open.runs >= RUNS_MAX {
            open.failed = None;
        }
        told
    }

    /// Forgets the failure that a run like this mended.
    pub(super) fn mended(&mut self, request: &RunRequest) {
        if let Some(key) = key(request) {
            self.open(key).failed = None;
        }
    }
}
