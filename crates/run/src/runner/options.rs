//! What a runner is made of.

use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::Shapes;
use crate::engine::{Engine, Isolation};
use crate::host::Tools;
use crate::journal::Journal;
use crate::memory::Memory;
use crate::packages::Packages;
use crate::policy::Policy;
use crate::program::Limits;

/// Settings of a [`Runner`](crate::Runner), all resolved.
#[derive(Debug)]
pub struct RunnerOptions {
    /// The one engine to use; the first of `engines` that fits when absent.
    pub engine: Option<String>,
    /// Engines in the order of preference.
    pub engines: Vec<Arc<dyn Engine>>,
    /// Takes note of finished runs.
    pub journal: Arc<dyn Journal>,
    /// Bounds of every run.
    pub limits: Limits,
    /// Keeps what is learned from failures.
    pub memory: Arc<dyn Memory>,
    /// Weakest isolation that may be chosen without being named.
    pub minimum: Isolation,
    /// How packages are installed.
    pub packages: Packages,
    /// What is refused.
    pub policy: Policy,
    /// What is learned of the results of upstream tools.
    pub shapes: Arc<dyn Shapes>,
    /// Folder for outputs that are too large for memory.
    pub spool: PathBuf,
    /// The upstream tools.
    pub tools: Arc<dyn Tools>,
    /// Folder that programs without a session work in; one below `workspaces` when absent.
    pub workspace: Option<PathBuf>,
    /// Folder above every workspace.
    pub workspaces: PathBuf,
}
