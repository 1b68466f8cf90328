//! Seam 1: where code runs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::host::Host;
use crate::network::NetworkMode;
use crate::outcome::Outcome;
use crate::packages::{Installer, Layer};
use crate::program::{Limits, Program};
use codemode_source::Language;

/// A place where programs run: a jail, a container, a WebAssembly instance, a plain process.
#[async_trait]
pub trait Engine: Send + Sync + fmt::Debug {
    /// `jail`, `wasm`, `docker` or `direct`. Nothing is found out for it.
    fn name(&self) -> &'static str;

    /// What it runs and how well it isolates on this machine, which the first call may have to find out.
    fn profile(&self) -> &Profile;

    /// Says whether it works on this machine now, for this language, without starting a program.
    async fn probe(&self, language: Language) -> Result<(), Unavailable>;

    /// What keeps it from its strongest level of isolation on this machine, when it works at a weaker one.
    fn shortfall(&self) -> Option<Unavailable> {
        None
    }

    /// Who installs packages for its programs, when that is not who does for the interpreters of this machine.
    fn installer(&self) -> Option<Arc<dyn Installer>> {
        None
    }

    /// Whether a session is as it was before a run that was killed or left, and lives on when this process has ended.
    fn keeps_sessions(&self) -> bool {
        false
    }

    /// Whom its programs really reach: everything for one that does not isolate.
    fn network(&self) -> NetworkMode {
        NetworkMode::Full
    }

    /// Hands out a session, a warm one when there is one. Whoever drops the future leaves nothing behind.
    async fn open(&self, spec: &SessionSpec) -> Result<Box<dyn Session>, EngineError>;

    /// The files of a workspace that may have no session open. Nothing is started and nothing is made for it.
    fn files(&self, _workspace: &Path) -> Result<Box<dyn Files>, EngineError> {
        let message = "this engine shows the files of a workspace only to its sessions".to_owned();
        Err(EngineError::Path { message })
    }

    /// Gets interpreters for such sessions ready in the background. An engine without such does nothing.
    fn prewarm(&self, _spec: &SessionSpec) {}

    /// Ends every warm guest. Sessions that are open stay until they are dropped.
    async fn shutdown(&self);
}

/// One interpreter with its workspace. Dropping it kills every process in it.
#[async_trait]
pub trait Session: Send + Sync {
    /// Runs one program to its end. When `cancel` fires the program is killed at once, the outcome is
    /// [`Ending::Cancel`](crate::Ending::Cancel) and the session cannot be used again. Dropping the future kills too.
    async fn run(
        &mut self,
        program: &Program,
        host: &dyn Host,
        cancel: CancellationToken,
    ) -> Result<Outcome, EngineError>;

    /// The workspace.
    fn files(&self) -> &dyn Files;

    /// True while the interpreter lives and can run another program: its workspace is still there too.
    fn is_alive(&self) -> bool;
}

/// The workspace of a session, by relative path. A path that leaves it, by `..` or by a link, is refused.
#[async_trait]
pub trait Files: Send + Sync {
    /// Every regular file below the workspace, sorted by path, at most `entries_max` of them.
    async fn list(&self, entries_max: usize) -> Result<Vec<Entry>, EngineError>;

    /// The bytes of a file, refused when it is longer than `bytes_max`.
    async fn read(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, EngineError>;

    /// Writes a file and the folders above it.
    async fn write(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError>;
}

/// One file of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative path with `/` between its parts.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// A mark that differs whenever the file was changed or replaced.
    pub stamp: (i128, u64),
}

/// What an engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// How well it isolates.
    pub isolation: Isolation,
    /// What it runs.
    pub languages: Vec<Language>,
}

/// How much stands between a program and the machine, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isolation {
    /// None: the program is a plain process of the user.
    None,
    /// Files and network by Landlock and seccomp, no namespaces.
    Landlock,
    /// Every namespace, but memory and processes are watched instead of bounded by the kernel.
    NoCgroup,
    /// Everything that the engine can do.
    Full,
}

impl Isolation {
    /// The name in results and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Landlock => "landlock",
            Self::NoCgroup => "no-cgroup",
            Self::Full => "full",
        }
    }
}

/// What a session has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSpec {
    /// Folder on this machine in which an engine that can keeps the state of the session between its runs.
    pub checkpoints: Option<PathBuf>,
    /// Language of its interpreter.
    pub language: Language,
    /// Its limits.
    pub limits: Limits,
    /// True when the interpreter serves more than one run.
    pub persistent: bool,
    /// What a Python interpreter has imported before the first program comes.
    pub preload: Preload,
    /// Folder on this machine that is its workspace.
    pub workspace: PathBuf,
}

/// Modules that are imported before a program comes, and where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Preload {
    /// The layers that have them.
    pub layers: Vec<Layer>,
    /// Names of modules. One that cannot be imported is left to the program that wants it.
    pub modules: Vec<String>,
}

/// Why an engine cannot be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{missing}")]
pub struct Unavailable {
    /// What is missing, as a fragment: `no python3 on the path`.
    pub missing: String,
    /// The line that mends it.
    pub mend: String,
}

/// Our failure, never the program's.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Every place is taken and the queue is full.
    #[error("every place is taken: {running} running, {waiting} waiting")]
    Busy {
        /// Runs that go on.
        running: usize,
        /// Runs that wait.
        waiting: usize,
    },
    /// A step of ours failed.
    #[error("failed to {action}")]
    Failed {
        /// What was tried, as a fragment that fits "failed to".
        action: String,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A path that is not one inside the workspace, or a file that is not there.
    #[error("{message}")]
    Path {
        /// What is wrong with which path.
        message: String,
    },
    /// It does not work here.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl EngineError {
    /// A failed step with its cause.
    pub fn failed(
        action: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Failed { action: action.into(), source: Some(source.into()) }
    }
}
