//! Sessions that live between runs: bounded in number, closed when nobody uses them, one run at a time each.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use codemode_source::Language;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::engine::Session;
use crate::error::RunError;
use crate::program::Limits;

/// The interpreter of one session and language. `None` until its first run, and after it was reset.
pub type Slot = Option<Box<dyn Session>>;

/// The sessions of one server.
#[derive(Debug)]
pub struct Sessions {
    default: PathBuf,
    idle: std::time::Duration,
    open: Arc<Mutex<Table>>,
    sessions_max: usize,
    workspaces: PathBuf,
}

type Key = (String, Language);
type Table = HashMap<Key, Held>;

struct Held {
    slot: Arc<AsyncMutex<Slot>>,
    used: Instant,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("used", &self.used).finish_non_exhaustive()
    }
}

/// The name that the workspace of callers without a session has in addresses.
pub const DEFAULT: &str = "default";

/// Longest session id in characters.
pub const ID_CHARS_MAX: usize = 64;

impl Sessions {
    /// Sessions whose workspaces are folders below `workspaces`.
    ///
    /// Programs without a session work in `default`, or in a folder below `workspaces` when it is absent.
    pub fn new(workspaces: PathBuf, default: Option<PathBuf>, limits: &Limits) -> Self {
        let default = default.unwrap_or_else(|| workspaces.join(DEFAULT));
        Self {
            default,
            idle: limits.session_idle,
            open: Arc::default(),
            sessions_max: limits.sessions,
            workspaces,
        }
    }

    /// The workspace of a session; of the caller without one, the default workspace.
    ///
    /// A session that is called `default` works there too, so that an address of a file means one place.
    pub fn workspace(&self, session_id: Option<&str>) -> PathBuf {
        match session_id.filter(|id| *id != DEFAULT) {
            Some(id) => self.workspaces.join("sessions").join(id),
            None => self.default.clone(),
        }
    }

    /// Where an engine that can keeps the state of a session's interpreter.
    pub fn checkpoints(&self, id: &str, language: Language) -> PathBuf {
        self.workspaces.join("checkpoints").join(id).join(language.name())
    }

    /// The folder above every workspace.
    pub fn root(&self) -> &Path {
        &self.workspaces
    }

    /// Waits until no other run uses the session, and takes it.
    pub async fn take(&self, id: &str, language: Language) -> OwnedMutexGuard<Slot> {
        let slot = self.slot(id, language);
        self.expire_later();
        slot.lock_owned().await
    }

    /// Ids of the sessions that have an interpreter, sorted, with its language.
    pub fn list(&self) -> Vec<(String, Language)> {
        let mut keys: Vec<Key> = lock(&self.open).keys().cloned().collect();
        keys.sort();
        keys
    }

    /// Closes the interpreters of a session. True when there was one.
    pub fn reset(&self, id: &str) -> bool {
        let mut open = lock(&self.open);
        let before = open.len();
        open.retain(|(held, _), _| held != id);
        open.len() != before
    }

    /// Closes every session.
    pub fn clear(&self) {
        lock(&self.open).clear();
    }

    fn slot(&self, id: &str, language: Language) -> Arc<AsyncMutex<Slot>> {
        let mut open = lock(&self.open);
        let key = (id.to_owned(), language);
        if !open.contains_key(&key) && open.len() >= self.sessions_max {
            drop_oldest(&mut open);
        }
        let held = open.entry(key).or_insert_with(|| Held { slot: Arc::default(), used: Instant::now() });
        held.used = Instant::now();
        Arc::clone(&held.slot)
    }

    /// Looks again when this use is old enough to have expired.
    fn expire_later(&self) {
        let (idle, open) = (self.idle, Arc::downgrade(&self.open));
        tokio::spawn(async move {
            tokio::time::sleep(idle).await;
            if let Some(open) = open.upgrade() {
                lock(&open).retain(|_, held| in_use(held) || held.used.elapsed() < idle);
            }
        });
    }
}

fn lock(open: &Mutex<Table>) -> std::sync::MutexGuard<'_, Table> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_use(held: &Held) -> bool {
    Arc::strong_count(&held.slot) > 1
}

fn drop_oldest(open: &mut Table) {
    let idle = open.iter().filter(|(_, held)| !in_use(held));
    let oldest = idle.min_by_key(|(_, held)| held.used).map(|(key, _)| key.clone());
    if let Some(key) = oldest {
        open.remove(&key);
    }
}

/// Checks that an id is a plain word that can be a folder: letters, digits, `-`, `_` and `.`, not starting with a dot.
pub fn check_id(id: &str) -> Result<(), RunError> {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if id.is_empty() || id.starts_with('.') || id.len() > ID_CHARS_MAX || !plain {
        let expected = format!(
            "`{}` is not a session id; expected 1 to {ID_CHARS_MAX} letters, digits, `-`, `_` or `.`, not starting with a dot",
            id.chars().take(ID_CHARS_MAX).collect::<String>().escape_debug()
        );
        return Err(RunError::invalid_argument("session_id", expected));
    }
    Ok(())
}
