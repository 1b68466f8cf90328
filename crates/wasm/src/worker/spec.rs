//! What a worker is told before anything else.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::guest::Kind;

/// The runtime and the limits of every guest of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// The compiled module.
    pub(crate) code: PathBuf,
    /// Longest file that a guest may write, in bytes.
    pub(crate) file_bytes_max: u64,
    /// The memory of a guest that has begun.
    pub(crate) image: PathBuf,
    /// Which interpreter that is.
    pub(crate) kind: Kind,
    /// Folders that belong to the module.
    pub(crate) library: Vec<Mounted>,
    /// Memory of a guest in bytes.
    pub(crate) memory_bytes_max: u64,
    /// Folders of the user's, beside the workspace.
    pub(crate) mounts: Vec<Mounted>,
    /// The way out for guests that have one, with what opens it.
    #[serde(default)]
    pub(crate) proxy: Option<String>,
    /// Where a worker makes the folders that a guest has for itself.
    pub(crate) scratch: PathBuf,
}

/// A folder of this machine and where guests see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mounted {
    pub(crate) inside: String,
    pub(crate) outside: PathBuf,
    pub(crate) writable: bool,
}
