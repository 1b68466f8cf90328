//! Guests: interpreters that speak our protocol. One driver and one pool serve every engine that starts them.

mod driver;
mod folder;
mod frame;
mod pool;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use codemode_run::network::NetworkMode;
use codemode_run::packages::Installer;
use codemode_run::{
    EngineError, KillCause, Language, Limits, Preload, Profile, SessionSpec, Unavailable, Usage,
};
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::unix::pipe;

use crate::room::Room;

pub use folder::Folder;
pub use frame::{FRAME_BYTES_MAX, FrameError, FrameReader, FromGuest, GuestEnding, Run, ToGuest, encode};
pub use pool::Guests;

/// How an engine starts a guest.
#[async_trait]
pub trait Launch: Send + Sync + std::fmt::Debug + 'static {
    /// What the engine is called.
    fn name(&self) -> &'static str;

    /// What the engine is.
    fn profile(&self) -> &Profile;

    /// Says whether a guest of this language can be started here.
    fn probe(&self, language: Language) -> Result<(), Unavailable>;

    /// Starts a guest. Dropping the future or the link leaves nothing behind.
    async fn launch(&self, spec: &GuestSpec) -> Result<Link, EngineError>;

    /// Limits that it starts guests with.
    fn limits(&self) -> &Limits;

    /// What keeps it from its strongest level here, when it works at a weaker one.
    fn shortfall(&self) -> Option<Unavailable> {
        None
    }

    /// Whom its guests really reach, which may be less than was asked for.
    fn network(&self) -> NetworkMode {
        NetworkMode::Full
    }

    /// What tells the guests of this engine apart. An engine that shows no folder to a guest before its program comes
    /// leaves the workspace out, so that one warm guest serves any.
    fn guest_spec(&self, spec: &SessionSpec) -> GuestSpec {
        GuestSpec::new(spec)
    }

    /// Tells a guest that was taken what only this session knows of it, before anything else. Most know all from the start.
    async fn assign(&self, _link: &mut Link, _spec: &SessionSpec) -> Result<(), EngineError> {
        Ok(())
    }

    /// Who installs packages for its guests, when that is not who does for the interpreters of this machine.
    fn installer(&self) -> Option<Arc<dyn Installer>> {
        None
    }

    /// Whether a guest that has run one program serves the next, of which it says [`FromGuest::Ready`] again: only where
    /// nothing of the first can be left.
    fn recycles(&self) -> bool {
        false
    }

    /// Whether a session is as it was before a run that was killed, and lives on after this process.
    fn keeps_sessions(&self) -> bool {
        false
    }

    /// Clears up what it keeps for guests, when all of them are gone.
    fn shutdown(&self) {}

    /// Where a guest sees the folder of all layers.
    fn layers_inside(&self) -> PathBuf;

    /// Where a guest sees its workspace.
    fn workspace_inside(&self, workspace: &Path) -> PathBuf {
        workspace.to_owned()
    }
}

/// What has to be known of a guest when it is started: a warm one serves only a session that needs the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuestSpec {
    /// What it runs. TypeScript becomes JavaScript before it runs: both use the same interpreters.
    pub language: Language,
    /// What it imports before it waits.
    pub preload: Preload,
    /// Its workspace on this machine; empty for an engine that needs none at the start.
    pub workspace: PathBuf,
}

impl GuestSpec {
    /// What a session's guest needs.
    pub fn new(spec: &SessionSpec) -> Self {
        let language =
            if spec.language == Language::TypeScript { Language::JavaScript } else { spec.language };
        let preload = if language == Language::Python { spec.preload.clone() } else { Preload::default() };
        Self { language, preload, workspace: spec.workspace.clone() }
    }
}

/// A guest that was started.
pub struct Link {
    /// Its process.
    pub process: Box<dyn Process>,
    /// Frames from it.
    pub reader: FrameReader<Box<dyn AsyncRead + Send + Sync + Unpin>>,
    /// Its standard error, where it has a pipe of its own.
    pub stderr: Option<pipe::Receiver>,
    /// Its standard output, where it has a pipe of its own.
    pub stdout: Option<pipe::Receiver>,
    /// Frames to it.
    pub writer: Box<dyn AsyncWrite + Send + Sync + Unpin>,
}

impl Link {
    /// Takes the guest out and leaves one that is gone.
    fn take(&mut self) -> Self {
        let reader: Box<dyn AsyncRead + Send + Sync + Unpin> = Box::new(tokio::io::empty());
        let gone = Self {
            process: Box::new(Gone),
            reader: FrameReader::new(reader),
            stderr: None,
            stdout: None,
            writer: Box::new(tokio::io::sink()),
        };
        std::mem::replace(self, gone)
    }
}

/// A guest that somebody else has now.
struct Gone;

#[async_trait]
impl Process for Gone {
    async fn kill(&mut self) {}

    async fn wait(&mut self) -> Exit {
        Exit::Lost
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// The processes of a guest. Dropping it kills them all.
#[async_trait]
pub trait Process: Send + Sync {
    /// Kills the guest with everything that it started, and waits until they are gone.
    async fn kill(&mut self);

    /// Waits until the guest's main process ended; what it started is gone after [`Process::kill`]. Safe to drop and
    /// call again.
    async fn wait(&mut self) -> Exit;

    /// What it used so far.
    fn usage(&self) -> Usage;

    /// The same without the peak of its memory, which is a file more to read: it is asked for in front of every program.
    fn spent(&self) -> Usage {
        self.usage()
    }

    /// Says which workspace its next programs have, where that is told after the start.
    fn watch(&mut self, _workspace: Room) {}

    /// Says where it writes down what its session is, which its end is not to cut off.
    fn keeps(&mut self, _checkpoints: PathBuf) {}

    /// Waits until all processes together pass a limit that no one process can be held to. Then the guest is killed.
    fn passed(&self) -> BoxFuture<'static, KillCause> {
        Box::pin(std::future::pending())
    }

    /// Such a limit that was passed, when a program has ended and nobody knows why.
    fn cause(&self) -> Option<KillCause> {
        None
    }

    /// Why the guest never came up, once [`Process::wait`] has answered.
    fn trouble(&self) -> Option<&str> {
        None
    }
}

/// How a guest's main process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// Nobody can tell: the helper beside it is gone.
    Lost,
    /// By this signal.
    Signal(i32),
}
