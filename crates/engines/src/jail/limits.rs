//! Resource limits of each process; `getrlimit(2)`. What is counted over the whole jail is the cgroup's or the watch's.

use std::io;

use rustix::process::{Resource, Rlimit};

use super::spec::ProcessLimits;

/// Open files of one process.
const DESCRIPTORS_MAX: u64 = 512;

/// Sets them for this process and all that it starts. None can be raised again: the hard limits go too.
pub(super) fn apply(limits: &ProcessLimits) -> io::Result<()> {
    let fixed = [
        (Resource::Core, 0),
        (Resource::Cpu, limits.cpu_seconds),
        (Resource::Data, limits.data_bytes),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Memlock, 64 * 1024),
        (Resource::Msgqueue, 0),
        (Resource::Nofile, DESCRIPTORS_MAX),
        (Resource::Sigpending, 1024),
    ];
    let processes = limits.processes.map(|processes| (Resource::Nproc, processes));
    fixed.into_iter().chain(processes).try_for_each(|(resource, value)| lower(resource, value))
}

fn lower(resource: Resource, value: u64) -> io::Result<()> {
    // A limit that is lower already stays as it is.
    let value = rustix::process::getrlimit(resource).maximum.map_or(value, |maximum| maximum.min(value));
    rustix::process::setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })?;
    Ok(())
}
