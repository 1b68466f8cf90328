//! What every engine that isolates is told of the outside: how much of it a program may see.

use std::path::PathBuf;

/// The variable that names the folders of the layers to a guest, with `:` between them, in the order of the search.
pub const LAYERS_VARIABLE: &str = "CODEMODE_LAYERS";

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
