//! What every engine that isolates is told of the outside: how much of it a program may see.

use std::path::PathBuf;

/// A folder of this machine that programs see beside their workspace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mount {
    /// The folder on this machine.
    pub source: PathBuf,
    /// Where programs see it; an absolute path.
    pub target: PathBuf,
    /// True when programs may change it.
    pub writable: bool,
}
