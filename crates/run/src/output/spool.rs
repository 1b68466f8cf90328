//! The whole of a stream, in a file, up to a bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes that stay in memory before a file is made: most runs never make one.
const MEMORY_BYTES_MAX: usize = 64 * 1024;

/// Keeps a stream readable after its run.
#[derive(Debug)]
pub struct Spool {
    bytes_max: u64,
    file: Option<File>,
    kept: u64,
    memory: Vec<u8>,
    path: PathBuf,
}

impl Spool {
    /// A spool that will use `path` when it needs a file, for at most `bytes_max` bytes.
    pub fn new(path: PathBuf, bytes_max: u64) -> Self {
        Self { bytes_max, file: None, kept: 0, memory: Vec::new(), path }
    }

    /// Takes the next bytes; what passes the bound is dropped, and [`Spool::kept`] tells.
    pub fn push(&mut self, bytes: &[u8]) {
        let room = usize::try_from(self.bytes_max - self.kept).unwrap_or(usize::MAX);
        let bytes = &bytes[..room.min(bytes.len())];
        match self.append(bytes) {
            Ok(()) => self.kept += bytes.len() as u64,
            Err(error) => {
                tracing::warn!(%error, "failed to keep output; the rest of this stream is not kept");
                self.bytes_max = self.kept;
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() && self.memory.len() + bytes.len() > MEMORY_BYTES_MAX {
            let mut file = create(&self.path)?;
            file.write_all(&self.memory)?;
            self.memory = Vec::new();
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => {
                self.memory.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Bytes that are kept.
    pub fn kept(&self) -> u64 {
        self.kept
    }

    /// Bytes in memory now.
    pub fn held_bytes(&self) -> usize {
        self.memory.len()
    }

    /// At most `bytes_max` of what is kept, from `offset` on.
    pub fn read(&self, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match &self.file {
            Some(_) => {
                let mut file = File::open(&self.path)?;
                file.seek(SeekFrom::Start(offset))?;
                file.take(bytes_max).read_to_end(&mut bytes)?;
            }
            None => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.memory.len());
                bytes.extend(
                    self.memory[start..].iter().take(usize::try_from(bytes_max).unwrap_or(usize::MAX)),
                );
            }
        }
        Ok(bytes)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().create_new(true).append(true).open(path)
}
