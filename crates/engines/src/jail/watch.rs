//! Watches what no kernel bound covers: a workspace that grows on the machine's own disk, and without cgroups the memory
//! and the number of all processes together.

use std::collections::HashMap;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use codemode_run::{KillCause, Limits};
use futures::future::BoxFuture;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};

use super::cgroup::Cgroup;
use crate::helper::Watch;

/// How often counters are looked at while a program runs.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How often a workspace is counted, and never for more than a tenth of the time.
const COUNT_EVERY: Duration = Duration::from_millis(200);

/// Files and folders that a workspace may always hold; a larger limit on its bytes allows more.
const WORKSPACE_FILES_MIN: u64 = 20_000;

/// Bytes of the limit that one more file takes.
const BYTES_PER_FILE: u64 = 16 * 1024;

/// Folders below one another; a deeper tree counts as one that is too large.
const DEPTH_MAX: usize = 128;

/// The watch of one jail.
#[derive(Debug, Clone)]
pub(super) struct Limited {
    cgroup: Option<Arc<Cgroup>>,
    limits: Arc<Limits>,
    /// What the workspace may hold: the limit, or what it held before when that was more.
    room: Size,
    workspace: PathBuf,
}

impl Limited {
    /// A watch over a jail that is about to start.
    pub(super) fn new(cgroup: Option<Arc<Cgroup>>, limits: Arc<Limits>, workspace: PathBuf) -> Self {
        let limit = Size {
            bytes: limits.workspace,
            files: WORKSPACE_FILES_MIN.max(limits.workspace / BYTES_PER_FILE),
        };
        let room = match measure(&workspace, limit.files) {
            // Else a program could buy itself room without end by a tree that nobody can count.
            Size::TOO_MUCH => limit,
            held => Size { bytes: held.bytes.max(limit.bytes), files: held.files.max(limit.files) },
        };
        Self { cgroup, limits, room, workspace }
    }

    fn look(&self, helper: Option<u32>) -> Option<KillCause> {
        match &self.cgroup {
            Some(cgroup) => cgroup.cause(),
            None => self.count_processes(helper?),
        }
    }

    fn count_processes(&self, helper: u32) -> Option<KillCause> {
        let pids = below(helper);
        // The init process of the jail is not the program's.
        if pids.iter().map(|pid| threads(*pid)).sum::<u64>() > self.limits.processes + 1 {
            return Some(KillCause::Processes);
        }
        let resident: u64 = pids.iter().map(|pid| resident(*pid)).sum();
        if resident <= self.limits.memory {
            return None;
        }
        // Pages that several processes share were counted several times; only now is the exact sum worth its price.
        let memory: u64 = pids.iter().map(|pid| proportional(*pid)).sum();
        (memory > self.limits.memory).then_some(KillCause::Memory)
    }

    fn is_overfull(&self) -> bool {
        let held = measure(&self.workspace, self.room.files);
        held.bytes > self.room.bytes || held.files > self.room.files
    }
}

impl Watch for Limited {
    fn passed(&self, helper: Option<u32>) -> BoxFuture<'static, KillCause> {
        let watch = self.clone();
        Box::pin(async move {
            let mut count_at = Instant::now() + COUNT_EVERY;
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                if let Some(cause) = watch.look(helper) {
                    return cause;
                }
                if Instant::now() < count_at {
                    continue;
                }
                let started = Instant::now();
                let counting = watch.clone();
                if tokio::task::spawn_blocking(move || counting.is_overfull()).await.unwrap_or(false) {
                    return KillCause::Workspace;
                }
                count_at = Instant::now() + COUNT_EVERY.max(started.elapsed() * 10);
            }
        })
    }

    fn cause(&self) -> Option<KillCause> {
        self.cgroup.as_ref()?.cause()
    }
}

/// What a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    bytes: u64,
    files: u64,
}

impl Size {
    const TOO_MUCH: Self = Self { bytes: u64::MAX, files: u64::MAX };

    fn add(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.files = self.files.saturating_add(1);
    }
}

/// Counts what a folder takes on its disk. Hostile: no link is followed, nothing is opened but folders.
///
/// It gives up at ten times the files that are allowed.
fn measure(folder: &Path, files_max: u64) -> Size {
    let mut size = Size::default();
    let Ok(root) = open_folder(CWD, folder) else { return size };
    let mut open = vec![root];
    while let Some(dir) = open.last_mut() {
        let Some(entry) = dir.next() else {
            open.pop();
            continue;
        };
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let Ok(above) = dir.fd() else { continue };
        let Ok(stat) = rustix::fs::statat(above, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        size.add(u64::try_from(stat.st_blocks).unwrap_or_default() * 512);
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory
            && let Ok(below) = open_folder(above, name)
        {
            open.push(below);
        }
        if open.len() > DEPTH_MAX || size.files > files_max.saturating_mul(10) {
            return Size::TOO_MUCH;
        }
    }
    size
}

fn open_folder(above: impl AsFd, name: impl rustix::path::Arg) -> rustix::io::Result<Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened: OwnedFd = rustix::fs::openat(above, name, flags, Mode::empty())?;
    Dir::new(opened)
}

/// Every process below the helper, which sees all of them: a jail's first process adopts whatever is orphaned in it.
fn below(helper: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut open = vec![helper];
    let mut seen: HashMap<u32, ()> = HashMap::new();
    while let Some(pid) = open.pop() {
        for task in tasks(pid) {
            let children =
                fs::read_to_string(format!("/proc/{pid}/task/{task}/children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                if seen.insert(child, ()).is_none() {
                    found.push(child);
                    open.push(child);
                }
            }
        }
    }
    found
}

fn tasks(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn threads(pid: u32) -> u64 {
    u64::try_from(tasks(pid).len()).unwrap_or(u64::MAX)
}

fn resident(pid: u32) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * u64::try_from(rustix::param::page_size()).unwrap_or(4096)
}

fn proportional(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.map_or_else(|| resident(pid), |kib| kib * 1024)
}
