//! The one SQLite file: the history of runs and of sessions, and what was learned from failures. Several servers may use it at once.
//!
//! Reading order: [`Store`] (opens the file, puts a damaged one aside, knows its tables), [`RunRow`] and [`SessionRow`]
//! (what it keeps: never the program itself), [`History`] (the journal that writes behind the runner's back), [`Learnings`]
//! (what failures taught, found by words and by meaning), [`exchange`] (learnings as JSON).

#[cfg(feature = "meaning")]
mod encoder;
pub mod exchange;
mod history;
mod index;
mod learnings;
mod meaning;
mod rows;
mod store;
mod vector;

pub use history::History;
pub use learnings::Learnings;
pub use rows::{RunRow, SessionRow};
pub use store::{Filter, Imported, LEARNINGS_MAX, RUNS_MAX, Store, StoreError};
