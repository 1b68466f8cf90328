//! Knows files again: machine code that was swapped or damaged is never loaded.
//!
//! A seal lies beside its file and holds the digest of its content. As hashing hundreds of megabytes takes a moment, it also
//! holds what the kernel changes with every write or replacement, and which no program can set: inode and time of change.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    bytes: u64,
    mark: Mark,
    sha256: String,
}

/// What tells a file's states apart without reading it: `inode(7)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    changed: (i64, i64),
    device: u64,
    inode: u64,
}

/// Whether a file is what it was when it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Missing,
    /// It is not what was sealed, or others than this user may write it.
    Refused,
    Whole,
}

/// The hexadecimal SHA-256 of bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hexadecimal SHA-256 of what a reader has.
pub(crate) fn digest_of(mut reader: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".seal");
    PathBuf::from(name)
}

impl Mark {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// Seals a file as it is now.
pub(crate) fn set(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let seal = Seal { bytes: metadata.len(), mark: Mark::of(&metadata), sha256: digest_of(file)? };
    write(path, &seal)
}

fn write(path: &Path, seal: &Seal) -> io::Result<()> {
    let new = path.with_extension(format!("seal.{}", std::process::id()));
    fs::write(&new, serde_json::to_vec(seal)?)?;
    fs::rename(new, beside(path))
}

/// Looks whether a file is what was sealed.
pub(crate) fn check(path: &Path) -> Check {
    match try_check(path) {
        Ok(whole) => {
            if whole {
                Check::Whole
            } else {
                Check::Refused
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Check::Missing,
        Err(error) => {
            tracing::warn!(%error, file = %path.display(), "a file of the embedded engine cannot be checked");
            Check::Refused
        }
    }
}

fn try_check(path: &Path) -> io::Result<bool> {
    let file = File::options().read(true).open(path)?;
    let metadata = file.metadata()?;
    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    let Ok(seal) = serde_json::from_slice::<Seal>(&fs::read(beside(path))?) else { return Ok(false) };
    if !is_ours || !metadata.is_file() || seal.bytes != metadata.len() {
        return Ok(false);
    }
    let mark = Mark::of(&metadata);
    if seal.mark == mark {
        return Ok(true);
    }
    // Copied, restored or moved to another disk, it may still be the same.
    if digest_of(file)? != seal.sha256 {
        return Ok(false);
    }
    write(path, &Seal { mark, ..seal })?;
    Ok(true)
}

/// Removes a file with its seal.
pub(crate) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_file(beside(path));
    let _ = fs::remove_file(path.with_extension("modules"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (tempfile::TempDir, PathBuf) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.code");
        fs::write(&file, "native").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        set(&file).unwrap();
        (folder, file)
    }

    #[test]
    fn a_file_that_nobody_touched_is_whole() {
        let (_folder, file) = sealed();
        assert_eq!((check(&file), check(&file.with_extension("other"))), (Check::Whole, Check::Missing));
    }

    #[test]
    fn a_copy_of_the_same_content_is_whole_and_sealed_anew() {
        let (_folder, file) = sealed();
        fs::rename(&file, file.with_extension("old")).unwrap();
        fs::copy(file.with_extension("old"), &file).unwrap();
        let before = fs::read(beside(&file)).unwrap();
        assert_eq!(check(&file), Check::Whole);
        assert_ne!(fs::read(beside(&file)).unwrap(), before);
    }

    #[test]
    fn what_was_changed_swapped_or_opened_to_others_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, file) = sealed();
        fs::write(&file, "NATIVE").unwrap();
        assert_eq!(check(&file), Check::Refused, "same length, other bytes");
        let (_folder, file) = sealed();
        fs::remove_file(&file).unwrap();
        fs::write(&file, "foreig").unwrap();
        assert_eq!(check(&file), Check::Refused, "another file of the name");
        let (_folder, file) = sealed();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(check(&file), Check::Refused, "others may write it");
        let (_folder, file) = sealed();
        fs::write(beside(&file), "{}").unwrap();
        assert_eq!(check(&file), Check::Refused, "a seal that is none");
        remove(&file);
        assert_eq!(check(&file), Check::Missing);
    }
}
