//! Which engines of this crate there are. The only match over all of them.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use codemode_run::network::Network;
use codemode_run::{Engine, Limits};

use crate::direct::Direct;
use crate::guest::Guests;
use crate::jail::Jail;
use crate::network::Bounds;
use crate::sandbox::Mount;

/// An engine of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// A plain child process, no isolation.
    Direct,
    /// The interpreters of this machine in a sandbox of the kernel.
    Jail,
}

/// What engines need to know of the process that they are part of.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The program that plays the helper when it is started with `helper_arguments`: this binary.
    pub helper: PathBuf,
    /// Its first arguments; [`helper_main`](crate::helper_main) knows them again.
    pub helper_arguments: Vec<OsString>,
    /// Folder of all layers of packages on this machine; programs see it read-only where they are isolated.
    pub layers: PathBuf,
    /// Limits of every guest.
    pub limits: Limits,
    /// Folders of this machine that programs see beside their workspace, in engines that isolate.
    pub mounts: Vec<Mount>,
    /// Whom programs can reach, in engines that isolate.
    pub network: Network,
    /// Bounds of the way out that the proxy modes of `network` give.
    pub proxy: Bounds,
    /// Interpreters of a language that wait for work.
    pub warm: usize,
}

impl EngineKind {
    /// Every engine of this crate, in the order of preference.
    pub const ALL: [Self; 2] = [Self::Jail, Self::Direct];

    /// The name in settings and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Jail => "jail",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Makes an engine. Nothing is started before its first use or [`Engine::prewarm`].
pub fn open(kind: EngineKind, options: &EngineOptions) -> Arc<dyn Engine> {
    match kind {
        EngineKind::Direct => Arc::new(Guests::new(Direct::new(options), options.warm)),
        EngineKind::Jail => Arc::new(Guests::new(Jail::new(options), options.warm)),
    }
}
