//! An engine over guests: hands out warm interpreters and starts new ones behind the caller's back.

mod demand;

use std::collections::HashMap;
use std::num::NonZero;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use codemode_run::network::NetworkMode;
use codemode_run::packages::Installer;
use codemode_run::{
    Engine, EngineError, Files, Language, Preload, Profile, Session, SessionSpec, Unavailable,
};

use super::driver::{GuestSession, Inside, Recycle};
use super::frame::{FromGuest, ToGuest, encode};
use super::{Folder, GuestSpec, Launch, Link};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use demand::{Demand, GROW_AFTER, SHRINK_AFTER};

/// How long an interpreter may take to say that it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// The version of the protocol that guests have to speak.
const PROTOCOL_VERSION: u32 = 1;

/// Kinds of guests that are kept warm at the same time; the longest unused kind goes for a new one.
const WARM_KINDS_MAX: usize = 6;

/// An engine whose programs run in guests. Every interpreter serves one session and is never used again.
#[derive(Debug)]
pub struct Guests<L> {
    shared: Arc<Shared<L>>,
}

#[derive(Debug)]
struct Shared<L> {
    /// Fires when the engine is shut down: whatever is being started then is given up.
    ending: CancellationToken,
    launch: L,
    /// Interpreters that are being started in the background.
    starts: TaskTracker,
    state: Mutex<State>,
    /// Interpreters that are made ready at the same time: programs that run meanwhile need the processor more.
    warming: Semaphore,
    warm_max: usize,
}

/// Guests of one kind serve the same sessions: the same spec and, as a folder may be replaced by another of its name, the
/// same workspace folder.
type Kind = (GuestSpec, Option<(u64, u64)>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    kinds: HashMap<Kind, Warm>,
}

/// The warm guests of one kind.
#[derive(Debug)]
struct Warm {
    demand: Demand,
    ready: Vec<Link>,
    starting: usize,
    used: Instant,
}

impl<L: Launch> Guests<L> {
    /// An engine that keeps `warm_max` interpreters ready for each kind of session that is used often.
    pub fn new(launch: L, warm_max: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let warming = Semaphore::new(cores.div_ceil(2));
        let (ending, starts) = (CancellationToken::new(), TaskTracker::new());
        let state = Mutex::default();
        Self { shared: Arc::new(Shared { ending, launch, starts, state, warming, warm_max }) }
    }

    /// What starts the guests.
    pub fn launch(&self) -> &L {
        &self.shared.launch
    }
}

#[async_trait]
impl<L: Launch> Engine for Guests<L> {
    fn name(&self) -> &'static str {
        self.shared.launch.name()
    }

    fn profile(&self) -> &Profile {
        self.shared.launch.profile()
    }

    async fn probe(&self, language: Language) -> Result<(), Unavailable> {
        self.shared.launch.probe(language)
    }

    fn shortfall(&self) -> Option<Unavailable> {
        self.shared.launch.shortfall()
    }

    fn installer(&self) -> Option<Arc<dyn Installer>> {
        self.shared.launch.installer()
    }

    fn keeps_sessions(&self) -> bool {
        self.shared.launch.keeps_sessions()
    }

    fn network(&self) -> NetworkMode {
        self.shared.launch.network()
    }

    fn prewarm(&self, spec: &SessionSpec) {
        match Folder::open(&spec.workspace) {
            Ok(_) => self.shared.refill(&self.shared.kind(spec)),
            Err(error) => tracing::warn!(%error, "failed to warm an interpreter"),
        }
    }

    fn files(&self, workspace: &Path) -> Result<Box<dyn Files>, EngineError> {
        Ok(Box::new(Folder::open_existing(workspace)?))
    }

    async fn open(&self, spec: &SessionSpec) -> Result<Box<dyn Session>, EngineError> {
        let folder = Folder::open(&spec.workspace)?;
        let kind = self.shared.kind(spec);
        let warm = self.shared.take(&kind);
        let mut link = match warm {
            Some(link) => link,
            None => {
                self.shared.miss(&kind);
                start(&self.shared.launch, &kind.0).await?
            }
        };
        // A session's workspace is its own: a guest that waits for it would wait in vain.
        let comes_back = !spec.persistent && self.shared.launch.recycles();
        let is_known = self.shared.lock().kinds.contains_key(&kind);
        let is_wanted = if comes_back { !is_known } else { !spec.persistent || is_known };
        if is_wanted {
            self.shared.refill(&kind);
        }
        let launch = &self.shared.launch;
        launch.assign(&mut link, spec).await?;
        let recycle = (!spec.persistent && launch.recycles()).then(|| self.shared.recycler(kind));
        let workspace = launch.workspace_inside(&spec.workspace);
        let inside = Inside { layers: launch.layers_inside(), workspace };
        Ok(Box::new(GuestSession::new(link, folder, inside, spec.persistent).recycling(recycle)))
    }

    async fn shutdown(&self) {
        let links: Vec<Link> = {
            let mut state = self.shared.lock();
            state.closed = true;
            state.kinds.drain().flat_map(|(_, warm)| warm.ready).collect()
        };
        self.shared.ending.cancel();
        self.shared.starts.close();
        self.shared.starts.wait().await;
        for mut link in links {
            link.process.kill().await;
        }
        self.shared.launch.shutdown();
    }
}

impl<L: Launch> Shared<L> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kind(&self, spec: &SessionSpec) -> Kind {
        let guest = self.launch.guest_spec(spec);
        let folder = identity(&guest.workspace);
        (guest, folder)
    }

    fn take(&self, kind: &Kind) -> Option<Link> {
        let mut state = self.lock();
        let warm = state.kinds.get_mut(kind)?;
        warm.used = Instant::now();
        warm.ready.pop()
    }

    /// Remembers a burst. A moment after it more are made ready, and when it was the last one they go again.
    fn miss(self: &Arc<Self>, kind: &Kind) {
        let is_first = match self.lock().kinds.get_mut(kind) {
            Some(warm) => warm.demand.miss(Instant::now()),
            None => false,
        };
        if !is_first {
            return;
        }
        let (shared, kind) = (Arc::downgrade(self), kind.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(GROW_AFTER).await;
                let Some(shared) = shared.upgrade() else { return };
                match shared.burst_is_over(&kind) {
                    None => return,
                    Some(false) => {}
                    Some(true) => {
                        shared.refill(&kind);
                        break;
                    }
                }
            }
            tokio::time::sleep(SHRINK_AFTER).await;
            if let Some(shared) = shared.upgrade() {
                drop(shared.excess(&kind));
            }
        });
    }

    /// `None` when the kind went in between.
    fn burst_is_over(&self, kind: &Kind) -> Option<bool> {
        Some(self.lock().kinds.get(kind)?.demand.is_over(Instant::now()))
    }

    /// Interpreters that are more than anybody wanted of late.
    fn excess(&self, kind: &Kind) -> Vec<Link> {
        let mut state = self.lock();
        let Some(warm) = state.kinds.get_mut(kind) else { return Vec::new() };
        let wanted = self.warm_max + warm.demand.extra(Instant::now());
        warm.ready.split_off(wanted.min(warm.ready.len()))
    }

    /// Starts what is missing in the background.
    fn refill(self: &Arc<Self>, kind: &Kind) {
        let mut state = self.lock();
        if state.closed || self.warm_max == 0 {
            return;
        }
        if !state.kinds.contains_key(kind) && state.kinds.len() >= WARM_KINDS_MAX {
            state.drop_oldest();
        }
        let fresh =
            || Warm { demand: Demand::default(), ready: Vec::new(), starting: 0, used: Instant::now() };
        let warm = state.kinds.entry(kind.clone()).or_insert_with(fresh);
        let wanted = self.warm_max + warm.demand.extra(Instant::now());
        while warm.ready.len() + warm.starting < wanted {
            warm.starting += 1;
            self.starts.spawn(Arc::clone(self).add(kind.clone()));
        }
    }

    /// Has a guest that served a session wait for the next one, when there is room.
    fn recycler(self: &Arc<Self>, kind: Kind) -> Recycle {
        let shared = Arc::clone(self);
        Box::new(move |link| {
            let starts = shared.starts.clone();
            starts.spawn(shared.take_back(kind, link));
        })
    }

    async fn take_back(self: Arc<Self>, kind: Kind, mut link: Link) {
        let again = ready(&mut link, kind.0.language);
        let is_ready = tokio::select! {
            biased;
            () = self.ending.cancelled() => return,
            again = again => again.is_ok(),
        };
        let mut state = self.lock();
        let Some(warm) = state.kinds.get_mut(&kind) else { return };
        let wanted = self.warm_max + warm.demand.extra(Instant::now());
        if is_ready && warm.ready.len() + warm.starting < wanted {
            warm.ready.push(link);
        }
    }

    async fn add(self: Arc<Self>, kind: Kind) {
        let start = async {
            let _turn = self.warming.acquire().await;
            start(&self.launch, &kind.0).await
        };
        let link = tokio::select! {
            biased;
            () = self.ending.cancelled() => return,
            link = start => link,
        };
        let mut state = self.lock();
        // A kind that went in between takes its guests with it.
        let Some(warm) = state.kinds.get_mut(&kind) else { return };
        warm.starting = warm.starting.saturating_sub(1);
        match link {
            Ok(link) => warm.ready.push(link),
            Err(error) => {
                tracing::warn!(%error, language = %kind.0.language, "failed to warm an interpreter");
            }
        }
    }
}

impl State {
    fn drop_oldest(&mut self) {
        let oldest = self.kinds.iter().min_by_key(|(_, warm)| warm.used).map(|(kind, _)| kind.clone());
        if let Some(kind) = oldest {
            self.kinds.remove(&kind);
        }
    }
}

/// Which folder a path leads to now.
fn identity(folder: &Path) -> Option<(u64, u64)> {
    let metadata = folder.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Starts a guest and waits until it is ready.
async fn start<L: Launch>(launch: &L, spec: &GuestSpec) -> Result<Link, EngineError> {
    let language = spec.language;
    let mut link = launch.launch(spec).await?;
    ready(&mut link, language).await?;
    if spec.preload != Preload::default() {
        let layers = spec.preload.layers.iter().map(|layer| launch.layers_inside().join(&layer.0));
        let layers = layers.map(|layer| layer.to_string_lossy().into_owned()).collect();
        let message = encode(&ToGuest::Preload { layers, modules: &spec.preload.modules });
        let failed = |error| EngineError::failed("preload modules", error);
        link.writer
            .write_all(&message.map_err(|error| failed(error.to_string()))?)
            .await
            .map_err(|error| failed(error.to_string()))?;
        ready(&mut link, language).await?;
    }
    Ok(link)
}

/// Waits until a guest waits for work.
async fn ready(link: &mut Link, language: Language) -> Result<(), EngineError> {
    let first = tokio::time::timeout(READY_WITHIN, link.reader.next()).await;
    match first {
        Ok(Ok(Some(FromGuest::Ready { version: PROTOCOL_VERSION }))) => Ok(()),
        Ok(Ok(None)) => {
            let _ = tokio::time::timeout(READY_WITHIN, link.process.wait()).await;
            let problem = link.process.trouble().unwrap_or("it ended at once");
            Err(not_ready(language, problem.to_owned()))
        }
        Ok(Ok(other)) => Err(not_ready(language, format!("first message was {other:?}"))),
        Ok(Err(error)) => Err(EngineError::failed(format!("start a {language} interpreter"), error)),
        Err(_) => Err(not_ready(language, format!("silent for {} s", READY_WITHIN.as_secs()))),
    }
}

fn not_ready(language: Language, problem: String) -> EngineError {
    EngineError::failed(format!("start a {language} interpreter"), problem)
}
