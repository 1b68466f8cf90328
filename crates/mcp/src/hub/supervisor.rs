//! Keeps one server: connects when it is needed, notices its end, and tries again with growing pauses.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codemode_run::{ServerState, ToolError};
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::authorization::TokenFile;
use super::cache::{Cache, Cached};
use super::listener::Listener;
use super::listing::{Listing, definitions};
use super::person::Person;
use super::servers::{Endpoint, ServerConfig, Setup};
use super::trust::Pins;
use super::upstream::{Connect, Connection, Handshake, Listed};

/// Attempts in a row to connect a server whose tools nobody knows yet; later ones are made at calls.
const ATTEMPTS: u32 = 5;

/// A connection that lived this long had nothing wrong at its start.
const STEADY: Duration = Duration::from_secs(30);

/// The longest pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A server that says at every moment that its tools changed is asked once in this time.
const REFRESH: Duration = Duration::from_millis(500);

/// What every server needs.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) cache: Cache,
    /// Called after the tools or the state of a server changed.
    pub(super) changed: Notify,
    pub(super) generation: watch::Sender<u64>,
    pub(super) person: Option<Arc<dyn Person>>,
    pub(super) pins: Pins,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    /// Folder of tokens for remote servers.
    pub(super) tokens: PathBuf,
    pub(super) version: &'static str,
}

impl Common {
    fn note_change(&self) {
        self.generation.send_modify(|generation| *generation += 1);
        self.changed.notify_waiters();
    }
}

/// Where a server stands.
#[derive(Debug, Clone)]
enum Phase {
    Connecting,
    Failed { reason: String, until: Instant },
    Idle,
    Ready(Arc<Connection>),
}

/// One server.
#[derive(Debug)]
pub(super) struct Supervisor {
    common: Arc<Common>,
    pub(super) name: String,
    phase: watch::Sender<Phase>,
    pub(super) setup: Result<Setup, String>,
    known: Mutex<Known>,
    tools_changed: Arc<Notify>,
}

/// What is known of a server beside its connection.
#[derive(Debug, Default)]
struct Known {
    /// Why the last attempt failed, until one succeeds.
    failure: Option<String>,
    /// Failures in a row.
    failures: u32,
    handshake: Handshake,
    listing: Option<Arc<Listing>>,
    /// True when the list should be asked for again.
    stale: bool,
}

impl Supervisor {
    /// Knows what the cache knows; connects nothing.
    pub(super) fn new(config: ServerConfig, common: Arc<Common>) -> Self {
        let ServerConfig { name, setup } = config;
        let phase = watch::Sender::new(Phase::Idle);
        let supervisor = Self {
            common,
            name,
            phase,
            setup,
            known: Mutex::default(),
            tools_changed: Arc::new(Notify::new()),
        };
        supervisor.remember();
        supervisor
    }

    fn remember(&self) {
        let Ok(setup) = &self.setup else { return };
        let Some(cached) = self.common.cache.get(&self.name, &setup.endpoint) else { return };
        let (handshake, stale) = (cached.handshake(), !cached.is_fresh());
        let listing = self.judge(setup, Listed { tools: cached.tools, warnings: Vec::new() });
        let mut known = self.known();
        *known = Known { handshake, listing: Some(Arc::new(listing)), stale, ..Known::default() };
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it listed last, in this process or an earlier one.
    pub(super) fn listing(&self) -> Option<Arc<Listing>> {
        self.known().listing.clone()
    }

    /// True when nothing is known of its tools, or what is known is old.
    pub(super) fn wants_list(&self) -> bool {
        let known = self.known();
        self.setup.is_ok() && (known.listing.is_none() || known.stale)
    }

    /// How it is doing, for a person.
    pub(super) fn state(&self) -> ServerState {
        if let Err(reason) = &self.setup {
            return ServerState::Disabled { reason: reason.clone() };
        }
        match &*self.phase.borrow() {
            Phase::Failed { reason, .. } => ServerState::Failed { reason: reason.clone() },
            Phase::Ready(_) => ServerState::Ready,
            Phase::Connecting | Phase::Idle => {
                let known = self.known();
                match &known.failure {
                    Some(reason) => ServerState::Failed { reason: reason.clone() },
                    None if known.listing.is_some() => ServerState::Ready,
                    None => ServerState::Connecting,
                }
            }
        }
    }

    /// The connection, made now when there is none. Fails at once while a pause after a failure lasts.
    pub(super) async fn connection(self: &Arc<Self>) -> Result<Arc<Connection>, ToolError> {
        let mut phases = self.phase.subscribe();
        let mut asked = false;
        loop {
            let phase = phases.borrow_and_update().clone();
            match phase {
                Phase::Ready(connection) if !connection.gone.is_cancelled() => return Ok(connection),
                Phase::Failed { reason, until } if asked || Instant::now() < until => {
                    return Err(self.unavailable(&reason, until));
                }
                Phase::Failed { .. } | Phase::Idle => {
                    asked = true;
                    self.begin();
                }
                Phase::Connecting => asked = true,
                // Its end is noticed in a moment.
                Phase::Ready(_) => {}
            }
            if self.common.stop.is_cancelled() || phases.changed().await.is_err() {
                return Err(self.unavailable("codemode is ending", Instant::now()));
            }
        }
    }

    fn unavailable(&self, reason: &str, until: Instant) -> ToolError {
        let pause = until.saturating_duration_since(Instant::now());
        let again = if pause.is_zero() {
            String::new()
        } else {
            format!("; the next attempt is possible in {} s", pause.as_secs() + 1)
        };
        ToolError {
            code: "server_unavailable".to_owned(),
            data: json!({"server": self.name}),
            message: format!("server `{}` is not available: {reason}{again}", self.name),
        }
    }

    /// Begins to connect, unless that is on its way or done.
    pub(super) fn begin(self: &Arc<Self>) {
        let free = |phase: &Phase| matches!(phase, Phase::Idle | Phase::Failed { .. });
        let begun = self.phase.send_if_modified(|phase| {
            let begin = free(phase);
            if begin {
                *phase = Phase::Connecting;
            }
            begin
        });
        if begun {
            let supervisor = Arc::clone(self);
            self.common.tasks.spawn(supervisor.keep());
        }
    }

    /// Waits until it is ready, or failed at least once.
    pub(super) async fn settled(self: &Arc<Self>) {
        let mut phases = self.phase.subscribe();
        // The phase after a failure may be over before anyone looks; what failed stays known.
        let settled = |phase: &Phase| {
            matches!(phase, Phase::Ready(_) | Phase::Failed { .. }) || self.known().failure.is_some()
        };
        let _ = phases.wait_for(settled).await;
    }

    fn set(&self, phase: Phase) {
        self.set_with(|| phase);
    }

    /// Sets the phase that `make` gives. Nobody who sees the phase, or what `make` did, finds the old generation any more: a
    /// snapshot of the catalog that is taken then is a new one.
    fn set_with(&self, make: impl FnOnce() -> Phase) {
        self.common.generation.send_modify(|generation| {
            self.phase.send_replace(make());
            *generation += 1;
        });
        self.common.changed.notify_waiters();
    }

    async fn keep(self: Arc<Self>) {
        let Ok(setup) = &self.setup else { return };
        loop {
            let connected = tokio::select! {
                () = self.common.stop.cancelled() => return self.set(Phase::Idle),
                connected = tokio::time::timeout(setup.startup, self.connect(setup)) => connected,
            };
            let late = |_| Err(format!("it was not ready within {} s", setup.startup.as_secs_f64()));
            let failed = match connected.unwrap_or_else(late) {
                Ok(connection) => self.serve(setup, connection).await,
                Err(reason) => Some(reason),
            };
            let Some(reason) = failed else { return self.set(Phase::Idle) };
            tracing::warn!(server = self.name, "{reason}");
            let mut until = Instant::now();
            self.set_with(|| {
                until += self.note_failure(&reason);
                Phase::Failed { reason, until }
            });
            let (unknown, failures) = (self.listing().is_none(), self.known().failures);
            if !unknown || failures >= ATTEMPTS {
                return;
            }
            tokio::select! {
                () = self.common.stop.cancelled() => return,
                () = tokio::time::sleep_until(until) => {}
            }
            // A call may have begun an attempt in the meantime; then that one goes on.
            if !self.phase.send_if_modified(|phase| {
                let mine = matches!(phase, Phase::Failed { .. });
                if mine {
                    *phase = Phase::Connecting;
                }
                mine
            }) {
                return;
            }
        }
    }

    async fn connect(&self, setup: &Setup) -> Result<Connection, String> {
        let listener = || Listener {
            person: self.common.person.clone(),
            server: self.name.clone(),
            tools_changed: Arc::clone(&self.tools_changed),
            version: self.common.version,
        };
        let handshake = self.known().handshake;
        let (server, tokens) = (&self.name, self.tokens());
        let connection = Connect { handshake, listener: &listener, server, setup, tokens }.open().await?;
        self.refresh(setup, &connection).await?;
        Ok(connection)
    }

    /// Forgets what failed: what was in the way was removed, and the next call need not wait.
    pub(super) fn forgive(&self) {
        {
            let mut known = self.known();
            known.failure = None;
            known.failures = 0;
        }
        if matches!(*self.phase.borrow(), Phase::Failed { .. }) {
            self.set(Phase::Idle);
        }
    }

    /// Where the tokens of a remote server are kept.
    pub(super) fn tokens(&self) -> TokenFile {
        let url = match self.setup.as_ref().map(|setup| &setup.endpoint) {
            Ok(Endpoint::Http { url, .. }) => url.reveal(),
            _ => "",
        };
        TokenFile::new(&self.common.tokens, &self.name, url)
    }

    /// Serves a connection until it ends. The reason when that was not our wish.
    async fn serve(&self, setup: &Setup, connection: Connection) -> Option<String> {
        let began = Instant::now();
        let connection = Arc::new(connection);
        self.set(Phase::Ready(Arc::clone(&connection)));
        let ended = tokio::select! {
            () = self.common.stop.cancelled() => None,
            () = connection.follow_changes() => {
                Some(connection.why.get().unwrap_or_else(|| "it closed the connection".to_owned()))
            }
            () = self.follow_list(setup, &connection) => None,
        };
        connection.close();
        if began.elapsed() >= STEADY {
            self.known().failures = 0;
        }
        // Calls hold the connection; it goes with the last of them. A process is ended by `close`.
        connection.closed().await;
        ended
    }

    async fn follow_list(&self, setup: &Setup, connection: &Connection) {
        loop {
            self.tools_changed.notified().await;
            match tokio::time::timeout(setup.startup, self.refresh(setup, connection)).await {
                Ok(Ok(())) => self.common.note_change(),
                Ok(Err(reason)) => tracing::warn!(server = self.name, "{reason}"),
                Err(_) => tracing::warn!(server = self.name, "it did not list its tools in time"),
            }
            tokio::time::sleep(REFRESH).await;
        }
    }

    async fn refresh(&self, setup: &Setup, connection: &Connection) -> Result<(), String> {
        let listed = connection.list().await?;
        // Tools that a server learned while it is cached are written by whoever connected last.
        let cached = Cached::new(&setup.endpoint, connection.handshake, listed.tools.clone());
        if let Err(error) = self.common.cache.put(&self.name, &cached) {
            tracing::warn!(server = self.name, "failed to keep its list of tools: {error}");
        }
        let listing = self.judge(setup, listed);
        for warning in &listing.warnings {
            tracing::warn!(server = self.name, "{warning}");
        }
        let mut known = self.known();
        known.failure = None;
        known.handshake = connection.handshake;
        known.listing = Some(Arc::new(listing));
        known.stale = false;
        Ok(())
    }

    /// Judges the list again: a person may have accepted what was held back.
    pub(super) fn judge_again(&self) {
        if let (Ok(setup), Some(listing)) = (&self.setup, self.listing()) {
            let listed = Listed { tools: listing.raw.clone(), warnings: Vec::new() };
            let listing = self.judge(setup, listed);
            self.known().listing = Some(Arc::new(listing));
            self.common.note_change();
        }
    }

    fn judge(&self, setup: &Setup, listed: Listed) -> Listing {
        let Listed { tools, mut warnings } = listed;
        match self.common.pins.judge(&self.name, &definitions(&tools)) {
            Ok(held) => Listing::new(&self.name, tools, &setup.rules, held, warnings),
            Err(error) => {
                // Without pins nothing tells a changed tool from the one that was trusted.
                warnings
                    .push(format!("no tool can be used: the file of accepted tools cannot be used: {error}"));
                Listing::unusable(tools, warnings)
            }
        }
    }

    fn note_failure(&self, reason: &str) -> Duration {
        let mut known = self.known();
        known.failure = Some(reason.to_owned());
        known.failures += 1;
        // After the first failure the next call may try at once: most ends are accidents.
        match known.failures {
            1 => Duration::ZERO,
            failures => Duration::from_secs(1 << (failures - 2).min(6)).min(PAUSE_MAX),
        }
    }
}
