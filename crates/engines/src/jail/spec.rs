//! What a launcher is told: one message, made in codemode, read back by the same binary. Both sides trust it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything that one jail is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// Arguments of the interpreter; the number of the protocol's descriptor follows them.
    pub(crate) arguments: Vec<String>,
    /// Folders and files of this machine that the jail shows.
    pub(crate) binds: Vec<Bind>,
    /// Compiled seccomp programs, in the order of their loading; one number per instruction.
    pub(crate) filters: Vec<Vec<u64>>,
    /// The user and group of this machine that the program becomes; absent when codemode itself is a plain user.
    pub(crate) host_id: Option<u32>,
    /// False when Landlock and seccomp have to do without namespaces.
    pub(crate) has_namespaces: bool,
    /// Bounds that each process inherits.
    pub(crate) limits: ProcessLimits,
    /// True when the program shares the network of this machine.
    pub(crate) host_network: bool,
    /// The interpreter.
    pub(crate) program: PathBuf,
    /// True when a socket of the jail's own network is handed out, for the proxy to serve on.
    pub(crate) proxied: bool,
    /// Folders that are made for one jail and vanish with it: `/tmp`, the home folder, `/dev/shm`.
    pub(crate) scratch: Vec<PathBuf>,
    /// Bytes that each of them may hold.
    pub(crate) scratch_bytes: u64,
    /// True for bash, for which the init process speaks the guest protocol.
    pub(crate) shell: bool,
    /// True for a throw-away jail that only proves what works here.
    pub(crate) trial: bool,
}

/// One folder, file or device of this machine inside the jail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bind {
    pub(crate) kind: BindKind,
    pub(crate) source: PathBuf,
    pub(crate) target: PathBuf,
}

/// What a bind is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BindKind {
    /// A device file that stays usable as one.
    Device,
    /// A folder of somebody's: read-only.
    Data,
    /// A part of the system: read-only.
    System,
    /// A folder that the program may write to.
    Writable,
}

/// Bounds that every process of the jail inherits; `getrlimit(2)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessLimits {
    /// Processor seconds of one process.
    pub(crate) cpu_seconds: u64,
    /// Private memory of one process.
    pub(crate) data_bytes: u64,
    /// Longest file.
    pub(crate) file_bytes: u64,
    /// Processes and threads; absent where a cgroup counts them or the number would be that of the whole user.
    pub(crate) processes: Option<u64>,
}

/// A step on the way into the jail, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// New namespaces, the user namespace first.
    Namespaces,
    /// Writing the id maps of the user namespace.
    IdMap,
    /// Making our copy of the mounts private.
    PrivateMounts,
    /// Taking copies of the folders that the jail shows.
    Binds,
    /// The new root: a tmpfs with those folders in it.
    NewRoot,
    /// A `/proc` of its own.
    Proc,
    /// Turning the new root into the only one.
    PivotRoot,
    /// The loopback interface.
    Loopback,
    /// Giving up every capability.
    Capabilities,
    /// Resource limits.
    Limits,
    /// Landlock, proven by an act that it refuses.
    Landlock,
    /// Seccomp, proven by a call that it refuses.
    Seccomp,
    /// Starting a program in the jail.
    Start,
    /// Joining a cgroup.
    Cgroup,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 14] = [
        Self::Namespaces,
        Self::IdMap,
        Self::PrivateMounts,
        Self::Binds,
        Self::NewRoot,
        Self::Proc,
        Self::PivotRoot,
        Self::Loopback,
        Self::Capabilities,
        Self::Limits,
        Self::Landlock,
        Self::Seccomp,
        Self::Start,
        Self::Cgroup,
    ];

    /// The name in diagnoses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::IdMap => "id-map",
            Self::PrivateMounts => "private-mounts",
            Self::Binds => "binds",
            Self::NewRoot => "new-root",
            Self::Proc => "proc",
            Self::PivotRoot => "pivot-root",
            Self::Loopback => "loopback",
            Self::Capabilities => "capabilities",
            Self::Limits => "limits",
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
            Self::Start => "start",
            Self::Cgroup => "cgroup",
        }
    }

    /// The step of a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("the jail's step {step} failed: {source}")]
pub(crate) struct Fault {
    pub(crate) step: Step,
    #[source]
    pub(crate) source: io::Error,
}

/// Names the step that an error belongs to.
pub(crate) trait At<T> {
    fn at(self, step: Step) -> Result<T, Fault>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, step: Step) -> Result<T, Fault> {
        self.map_err(|error| Fault { step, source: error.into() })
    }
}
