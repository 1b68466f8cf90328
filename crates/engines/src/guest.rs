//! Guests: interpreters that speak our protocol. One driver and one pool serve every engine that starts them.

mod driver;
mod folder;
mod frame;
mod pool;

use async_trait::async_trait;
use codemode_run::{EngineError, Language, Limits, Profile, Unavailable, Usage};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::unix::pipe;

pub use folder::Folder;
pub use frame::{FRAME_BYTES_MAX, FrameError, FrameReader, FromGuest, GuestEnding, Run, ToGuest, encode};
pub use pool::Guests;

/// How an engine starts a guest.
#[async_trait]
pub trait Launch: Send + Sync + std::fmt::Debug + 'static {
    /// What the engine is.
    fn profile(&self) -> &Profile;

    /// Says whether a guest of this language can be started here.
    fn probe(&self, language: Language) -> Result<(), Unavailable>;

    /// Starts a guest. Dropping the future or the link leaves nothing behind.
    async fn launch(&self, language: Language) -> Result<Link, EngineError>;

    /// Limits that it starts guests with.
    fn limits(&self) -> &Limits;
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

    /// Waits until the guest's main process ended and everything that it started is gone. Safe to drop and call again.
    async fn wait(&mut self) -> Exit;

    /// What it used so far.
    fn usage(&self) -> Usage;
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
