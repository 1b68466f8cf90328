//! An engine over guests: hands out warm interpreters and starts new ones behind the caller's back.

mod demand;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use codemode_run::{Engine, EngineError, Files, Language, Profile, Session, SessionSpec, Unavailable};

use super::driver::GuestSession;
use super::frame::FromGuest;
use super::{Folder, Launch, Link};
use demand::{Demand, GROW_AFTER, SHRINK_AFTER};

/// How long an interpreter may take to say that it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// The version of the protocol that guests have to speak.
const PROTOCOL_VERSION: u32 = 1;

/// An engine whose programs run in guests. Every interpreter serves one session and is never used again.
#[derive(Debug)]
pub struct Guests<L> {
    shared: Arc<Shared<L>>,
}

#[derive(Debug)]
struct Shared<L> {
    launch: L,
    state: Mutex<State>,
    warm_max: usize,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    demand: HashMap<Language, Demand>,
    starting: HashMap<Language, usize>,
    warm: HashMap<Language, Vec<Link>>,
}

impl<L: Launch> Guests<L> {
    /// An engine that keeps `warm_max` interpreters of each language that was asked for ready.
    pub fn new(launch: L, warm_max: usize) -> Self {
        Self { shared: Arc::new(Shared { launch, state: Mutex::default(), warm_max }) }
    }
}

#[async_trait]
impl<L: Launch> Engine for Guests<L> {
    fn profile(&self) -> &Profile {
        self.shared.launch.profile()
    }

    async fn probe(&self, language: Language) -> Result<(), Unavailable> {
        self.shared.launch.probe(language)
    }

    fn prewarm(&self, language: Language) {
        self.shared.refill(language);
    }

    fn files(&self, workspace: &Path) -> Result<Box<dyn Files>, EngineError> {
        Ok(Box::new(Folder::open_existing(workspace)?))
    }

    async fn open(&self, spec: &SessionSpec) -> Result<Box<dyn Session>, EngineError> {
        let folder = Folder::open(&spec.workspace)?;
        let language = guest_language(spec.language);
        let warm = self.shared.take(language);
        let link = match warm {
            Some(link) => link,
            None => {
                self.shared.miss(language);
                start(&self.shared.launch, language).await?
            }
        };
        self.shared.refill(language);
        let workspace = spec.workspace.clone();
        Ok(Box::new(GuestSession::new(link, folder, workspace, spec.persistent)))
    }

    async fn shutdown(&self) {
        let links: Vec<Link> = {
            let mut state = self.shared.lock();
            state.closed = true;
            state.warm.drain().flat_map(|(_, links)| links).collect()
        };
        for mut link in links {
            link.process.kill().await;
        }
    }
}

/// TypeScript becomes JavaScript before it runs: both use the same interpreters.
fn guest_language(language: Language) -> Language {
    if language == Language::TypeScript { Language::JavaScript } else { language }
}

impl<L: Launch> Shared<L> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, language: Language) -> Option<Link> {
        self.lock().warm.get_mut(&language)?.pop()
    }

    /// Remembers a burst. A moment after it more are made ready, and when it was the last one they go again.
    fn miss(self: &Arc<Self>, language: Language) {
        if !self.lock().demand.entry(language).or_default().miss(Instant::now()) {
            return;
        }
        let shared = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GROW_AFTER).await;
                let Some(shared) = shared.upgrade() else { return };
                if shared.is_quiet(language) {
                    shared.refill(language);
                    break;
                }
            }
            tokio::time::sleep(SHRINK_AFTER).await;
            if let Some(shared) = shared.upgrade() {
                drop(shared.excess(language));
            }
        });
    }

    fn is_quiet(&self, language: Language) -> bool {
        self.lock().demand.get(&language).is_none_or(|demand| demand.is_over(Instant::now()))
    }

    /// Interpreters that are more than anybody wanted of late.
    fn excess(&self, language: Language) -> Vec<Link> {
        let mut state = self.lock();
        let wanted = self.wanted(&state, language);
        let Some(ready) = state.warm.get_mut(&language) else { return Vec::new() };
        ready.split_off(wanted.min(ready.len()))
    }

    fn wanted(&self, state: &State, language: Language) -> usize {
        // A pool that is switched off stays off.
        let demand = state.demand.get(&language).filter(|_| self.warm_max > 0);
        self.warm_max + demand.map_or(0, |demand| demand.extra(Instant::now()))
    }

    /// Starts what is missing in the background.
    fn refill(self: &Arc<Self>, language: Language) {
        let language = guest_language(language);
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let wanted = self.wanted(&state, language);
        let ready = state.warm.get(&language).map_or(0, Vec::len);
        let starting = state.starting.entry(language).or_default();
        while ready + *starting < wanted {
            *starting += 1;
            tokio::spawn(Arc::clone(self).add(language));
        }
    }

    async fn add(self: Arc<Self>, language: Language) {
        let link = start(&self.launch, language).await;
        let mut state = self.lock();
        if let Some(starting) = state.starting.get_mut(&language) {
            *starting -= 1;
        }
        match link {
            Ok(link) if !state.closed => state.warm.entry(language).or_default().push(link),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, %language, "failed to warm an interpreter"),
        }
    }
}

/// Starts a guest and waits until it is ready.
async fn start<L: Launch>(launch: &L, language: Language) -> Result<Link, EngineError> {
    let mut link = launch.launch(language).await?;
    let first = tokio::time::timeout(READY_WITHIN, link.reader.next()).await;
    match first {
        Ok(Ok(Some(FromGuest::Ready { version: PROTOCOL_VERSION }))) => Ok(link),
        Ok(Ok(other)) => Err(not_ready(language, format!("first message was {other:?}"))),
        Ok(Err(error)) => Err(EngineError::failed(format!("start a {language} interpreter"), error)),
        Err(_) => Err(not_ready(language, format!("silent for {} s", READY_WITHIN.as_secs()))),
    }
}

fn not_ready(language: Language, problem: String) -> EngineError {
    EngineError::failed(format!("start a {language} interpreter"), problem)
}
