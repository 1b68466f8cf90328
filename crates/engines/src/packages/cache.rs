//! The folder of layers. A layer appears whole, by one rename, and never changes again.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};

/// A layer that was used within this time is never removed: a run may be at work with it.
const IN_USE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often one server looks whether another is done with the same layer.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The folder of all layers of one user.
#[derive(Debug, Clone)]
pub struct Cache {
    bytes_max: u64,
    folder: PathBuf,
}

/// A layer that is being made. Dropping it removes it.
#[derive(Debug)]
pub struct Draft(PathBuf);

impl Draft {
    /// Where the packages go.
    pub fn layer(&self) -> PathBuf {
        self.0.join("layer")
    }

    /// An empty folder for the installer to work in.
    pub fn work(&self) -> PathBuf {
        self.0.join("work")
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Absent when it was kept.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Cache {
    /// The cache in a folder, which is made when it is not there.
    pub fn open(folder: &Path, bytes_max: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // Programs of a jail run as other users, and see it read-only.
        fs::set_permissions(folder, Permissions::from_mode(0o755))?;
        Ok(Self { bytes_max, folder: folder.to_owned() })
    }

    /// The distributions of a layer, as `name==version`, when it is there. It counts as used now.
    pub fn find(&self, key: &str) -> Option<Vec<String>> {
        let layer = self.folder.join(key);
        let distributions = distributions(&layer).ok()?;
        let _ = File::open(&layer).and_then(|folder| folder.set_modified(SystemTime::now()));
        Some(distributions)
    }

    /// Waits until no other server makes this layer. The file is the lock; dropping it lets the next one in. A few layers
    /// share each, so that their number is bounded: a lock that is in use cannot be removed.
    pub async fn lock(&self, key: &str) -> io::Result<File> {
        let shared = key.get(..2).unwrap_or(key);
        let file = File::create(self.folder.join(format!(".lock-{shared}")))?;
        while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(error.into());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(file)
    }

    /// A new layer that nobody sees yet.
    pub fn draft(&self) -> io::Result<Draft> {
        let draft = Draft(self.folder.join(format!(".draft-{}", ulid::Ulid::new())));
        fs::create_dir_all(draft.layer())?;
        fs::create_dir_all(draft.work())?;
        Ok(draft)
    }

    /// Makes a draft a layer: read-only, and there for everybody. Its distributions are the result. Once begun it is
    /// finished, also when nobody waits for it any more; the lock is held until then.
    pub async fn keep(&self, draft: Draft, key: &str, lock: File) -> io::Result<Vec<String>> {
        let (cache, key) = (self.clone(), key.to_owned());
        let kept = tokio::task::spawn_blocking(move || {
            let layer = draft.layer();
            seal(&layer)?;
            let distributions = distributions(&layer)?;
            rustix::fs::syncfs(File::open(&layer)?)?;
            fs::rename(&layer, cache.folder.join(&key))?;
            cache.make_room(&key);
            drop(lock);
            Ok(distributions)
        });
        kept.await.map_err(io::Error::other)?
    }

    /// Removes the layers that nobody used for longest until the rest fits, and what servers that were killed left behind.
    fn make_room(&self, newest: &str) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut folders: Vec<(SystemTime, PathBuf, u64)> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| {
                Some((entry.metadata().ok()?.modified().ok()?, entry.path(), size(&entry.path())))
            })
            .collect();
        folders.sort();
        let mut total: u64 = folders.iter().map(|(_, _, bytes)| bytes).sum();
        for (used, layer, bytes) in folders {
            let in_use = used.elapsed().unwrap_or_default() < IN_USE || layer.ends_with(newest);
            if in_use || (total <= self.bytes_max && !is_left_behind(&layer)) {
                continue;
            }
            let gone = self.folder.join(format!(".gone-{}", ulid::Ulid::new()));
            let removed = fs::rename(&layer, &gone).and_then(|()| fs::remove_dir_all(&gone));
            match removed {
                Ok(()) => total -= bytes,
                Err(error) => tracing::warn!(%error, "an old layer of packages cannot be removed"),
            }
        }
    }
}

/// Drafts, and layers on their way out, have names that no key has.
fn is_left_behind(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Takes every right to write away, and lets every user read.
fn seal(folder: &Path) -> io::Result<()> {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                let executable = entry.metadata()?.permissions().mode() & 0o111 != 0;
                let mode = if executable { 0o555 } else { 0o444 };
                fs::set_permissions(entry.path(), Permissions::from_mode(mode))?;
            } else {
                // Wheels hold none; one would lead out of the layer.
                fs::remove_file(entry.path())?;
            }
        }
        // The owner may still remove it.
        fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Read from the folders that installers leave: `Name-1.0.dist-info`.
fn distributions(layer: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(layer)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let parts = name.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-'));
        found.extend(
            parts.map(|(name, version)| format!("{}=={version}", codemode_run::packages::normalised(name))),
        );
    }
    found.sort();
    Ok(found)
}

fn size(folder: &Path) -> u64 {
    let (mut open, mut bytes) = (vec![folder.to_owned()], 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => open.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}
