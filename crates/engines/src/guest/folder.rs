//! A workspace that is a folder of this machine. Paths are resolved beneath it: no `..`, no link leads out.

use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt as _, OpenOptions};
use codemode_run::{EngineError, Entry, Files};

/// A workspace folder.
#[derive(Debug, Clone)]
pub struct Folder {
    dir: Arc<Dir>,
    path: Arc<Path>,
}

/// Folders below one another that are looked into.
const DEPTH_MAX: usize = 32;

impl Folder {
    /// Opens the folder and makes it when it is not there.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let opened =
            std::fs::create_dir_all(path).and_then(|()| Dir::open_ambient_dir(path, ambient_authority()));
        let dir = opened.map_err(|error| EngineError::failed("open the workspace", error))?;
        Ok(Self { dir: Arc::new(dir), path: path.into() })
    }

    /// Opens the folder where there is one.
    pub fn open_existing(path: &Path) -> Result<Self, EngineError> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(|_| EngineError::Path { message: "there is no such workspace".to_owned() })?;
        Ok(Self { dir: Arc::new(dir), path: path.into() })
    }

    /// False when somebody removed it.
    pub fn is_there(&self) -> bool {
        self.path.exists()
    }
}

#[async_trait]
impl Files for Folder {
    async fn list(&self, entries_max: usize) -> Result<Vec<Entry>, EngineError> {
        if let Some(entries) = few(&self.dir, entries_max) {
            return Ok(entries);
        }
        let dir = Arc::clone(&self.dir);
        blocking(move || {
            let mut entries = Vec::new();
            walk(&dir, Path::new(""), 0, entries_max, &mut entries);
            entries.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(entries)
        })
        .await
    }

    async fn read(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, EngineError> {
        let (dir, path) = (Arc::clone(&self.dir), checked(path)?);
        blocking(move || read(&dir, &path, bytes_max)).await
    }

    async fn write(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        let (dir, path, bytes) = (Arc::clone(&self.dir), checked(path)?, bytes.to_vec());
        blocking(move || write(&dir, &path, &bytes)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| EngineError::failed("use the workspace", error))?
}

/// A relative path of plain parts.
fn checked(path: &str) -> Result<PathBuf, EngineError> {
    let plain =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.is_empty() || !plain || path.contains('\0') {
        let message = format!(
            "`{}` is not a path inside the workspace; expected a relative one without `..`",
            path.escape_debug()
        );
        return Err(EngineError::Path { message });
    }
    Ok(PathBuf::from(path))
}

fn read(dir: &Dir, path: &Path, bytes_max: u64) -> Result<Vec<u8>, EngineError> {
    let shown = path.display();
    // Non-blocking, so that a FIFO that a program left there does not hold us.
    let mut options = OpenOptions::new();
    options.read(true);
    cap_std::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = dir.open_with(path, &options).map_err(|error| path_error(path, &error))?;
    let metadata = file.metadata().map_err(|error| path_error(path, &error))?;
    if !metadata.is_file() {
        return Err(EngineError::Path { message: format!("`{shown}` is not a file") });
    }
    if metadata.len() > bytes_max {
        return Err(EngineError::Path {
            message: format!("`{shown}` has {} bytes, more than {bytes_max}", metadata.len()),
        });
    }
    let mut bytes = Vec::new();
    file.take(bytes_max).read_to_end(&mut bytes).map_err(|error| path_error(path, &error))?;
    Ok(bytes)
}

fn write(dir: &Dir, path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let made = parent.map_or(Ok(()), |parent| dir.create_dir_all(parent));
    made.map_err(|error| path_error(path, &error))?;
    // A new file instead of the old one: writing through a hard link or a FIFO would reach something else.
    match dir.remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(path_error(path, &error)),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = dir.open_with(path, &options).map_err(|error| path_error(path, &error))?;
    file.write_all(bytes).map_err(|error| path_error(path, &error))
}

fn path_error(path: &Path, error: &std::io::Error) -> EngineError {
    let problem = match error.kind() {
        ErrorKind::IsADirectory => "is a folder",
        ErrorKind::NotFound => "is not in the workspace",
        ErrorKind::PermissionDenied => "leads out of the workspace or may not be used",
        ErrorKind::StorageFull => "does not fit: the disk is full",
        _ => "cannot be used as a file",
    };
    EngineError::Path { message: format!("`{}` {problem}", path.display()) }
}

/// Entries that are looked at where one stands: to wake another thread for them takes longer than they do.
const FEW: usize = 32;

/// The files of a folder that holds few and no folders, which are most; `None` for any other.
fn few(dir: &Dir, entries_max: usize) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    for (count, entry) in dir.entries().ok()?.enumerate() {
        let entry = entry.ok()?;
        if count >= FEW.min(entries_max) || entry.file_type().ok()?.is_dir() {
            return None;
        }
        entries.extend(file_entry(Path::new(&entry.file_name()), &entry.metadata().ok()?));
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Some(entries)
}

/// What a list says of a file; nothing of what is none.
fn file_entry(path: &Path, metadata: &cap_std::fs::Metadata) -> Option<Entry> {
    let stamp =
        (i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec()), metadata.ino());
    let path = path.to_string_lossy().into_owned();
    metadata.is_file().then(|| Entry { path, bytes: metadata.len(), stamp })
}

fn walk(dir: &Dir, above: &Path, depth: usize, entries_max: usize, entries: &mut Vec<Entry>) {
    let Ok(listed) = dir.entries() else { return };
    for entry in listed.flatten() {
        if entries.len() >= entries_max {
            return;
        }
        let path = above.join(entry.file_name());
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() && depth < DEPTH_MAX && entry.file_name() != "__pycache__" {
            if let Ok(below) = entry.open_dir() {
                walk(&below, &path, depth + 1, entries_max, entries);
            }
        } else {
            entries.extend(file_entry(&path, &metadata));
        }
    }
}
