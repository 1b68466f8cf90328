//! How much a workspace may hold. The kernel bounds no folder, so it is counted while a program runs.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};

/// How often a workspace is counted, and never for more than a tenth of the time.
const COUNT_EVERY: Duration = Duration::from_millis(200);

/// Files and folders that a workspace may always hold; a larger limit on its bytes allows more.
const WORKSPACE_FILES_MIN: u64 = 20_000;

/// Bytes of the limit that one more file takes.
const BYTES_PER_FILE: u64 = 16 * 1024;

/// Files that are counted faster than a thread is woken for it.
const FILES_FEW: u64 = 64;

/// Folders below one another; a deeper tree counts as one that is too large.
const DEPTH_MAX: usize = 128;

/// A workspace and what it may hold: the limit, or what it held before when that was more.
#[derive(Debug, Clone)]
pub struct Room {
    size: Size,
    workspace: PathBuf,
}

impl Room {
    /// The room of a workspace whose limit is this many bytes.
    pub fn new(workspace: PathBuf, bytes_max: u64) -> Self {
        let limit = limit(bytes_max);
        let size = match measure(&workspace, limit.files.saturating_mul(10)) {
            // Else a program could buy itself room without end by a tree that nobody can count.
            Size::TOO_MUCH => limit,
            held => Size { bytes: held.bytes.max(limit.bytes), files: held.files.max(limit.files) },
        };
        Self { size, workspace }
    }

    /// The same without standing in anybody's way: a workspace with many files is counted by another thread.
    pub async fn count(workspace: PathBuf, bytes_max: u64) -> Self {
        let limit = limit(bytes_max);
        match measure(&workspace, FILES_FEW) {
            Size::TOO_MUCH => {
                let counted = workspace.clone();
                let counted = tokio::task::spawn_blocking(move || Self::new(counted, bytes_max)).await;
                counted.unwrap_or(Self { size: limit, workspace })
            }
            held => Self { size: Size { bytes: held.bytes.max(limit.bytes), ..limit }, workspace },
        }
    }

    /// Waits until the workspace holds more.
    pub async fn overfull(&self) {
        let mut pause = COUNT_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let (started, room) = (Instant::now(), self.clone());
            if tokio::task::spawn_blocking(move || room.is_overfull()).await.unwrap_or(false) {
                return;
            }
            pause = COUNT_EVERY.max(started.elapsed() * 10);
        }
    }

    fn is_overfull(&self) -> bool {
        let held = measure(&self.workspace, self.size.files.saturating_mul(10));
        held.bytes > self.size.bytes || held.files > self.size.files
    }
}

fn limit(bytes_max: u64) -> Size {
    Size { bytes: bytes_max, files: WORKSPACE_FILES_MIN.max(bytes_max / BYTES_PER_FILE) }
}

/// What a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
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
/// It gives up when there are more files than this.
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
        if open.len() > DEPTH_MAX || size.files > files_max {
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
