//! Files for a guest whose own system interface has none: JavaScript asks for them by name. Every path is looked up beneath a
//! folder that was opened, so that neither `..` nor a link leads out of it.

use std::io::{Read, Seek, SeekFrom, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, Metadata, OpenOptions};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::sandbox::Opened;

/// What a guest sees, the longest path first.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<Place>);

#[derive(Debug)]
struct Place {
    folder: Dir,
    inside: String,
    writable: bool,
}

/// Bytes that are read at a time.
const READ_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Entries of a folder that are told.
const ENTRIES_MAX: usize = 100_000;

/// One wish of a guest. Paths are absolute, without `.` and `..`.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Wish {
    List { path: String },
    MakeFolder { path: String },
    Read { path: String, offset: u64 },
    RealPath { path: String },
    RemoveFile { path: String },
    RemoveFolder { path: String },
    Rename { path: String, to: String },
    Stat { path: String, follow: bool },
    Write { path: String, base64: String, append: bool, exclusive: bool },
}

impl Files {
    pub(crate) fn open(folders: &[Opened]) -> std::io::Result<Self> {
        let open = |folder: &Opened| {
            Ok(Place {
                folder: Dir::open_ambient_dir(&folder.outside, ambient_authority())?,
                inside: folder.inside.trim_end_matches('/').to_owned(),
                writable: folder.writable,
            })
        };
        let mut places: Vec<Place> = folders.iter().map(open).collect::<std::io::Result<_>>()?;
        places.sort_by_key(|place| std::cmp::Reverse(place.inside.len()));
        Ok(Self(places))
    }

    /// The answer to a wish: an object with what was asked for, or with `code`, the name of an error as in errno(3).
    pub(crate) fn answer(&self, message: &[u8]) -> Vec<u8> {
        let answer = match serde_json::from_slice(message) {
            Ok(wish) => self.grant(wish).unwrap_or_else(|error| json!({"code": code(&error)})),
            Err(_) => json!({"code": "EINVAL"}),
        };
        answer.to_string().into_bytes()
    }

    fn grant(&self, wish: Wish) -> std::io::Result<Json> {
        match wish {
            Wish::List { path } => {
                let (place, rest) = self.find(&path)?;
                let mut entries = Vec::new();
                for entry in place.folder.read_dir(rest)?.take(ENTRIES_MAX) {
                    let entry = entry?;
                    entries.push(json!([entry.file_name().to_string_lossy(), kind(entry.file_type()?)]));
                }
                Ok(json!({"entries": entries}))
            }
            Wish::MakeFolder { path } => {
                let (place, rest) = self.writable(&path)?;
                place.folder.create_dir(rest).map(|()| json!({}))
            }
            Wish::Read { path, offset } => {
                let (place, rest) = self.find(&path)?;
                let mut file = place.folder.open(rest)?;
                if file.metadata()?.is_dir() {
                    return Err(rustix::io::Errno::ISDIR.into());
                }
                file.seek(SeekFrom::Start(offset))?;
                let mut bytes = Vec::new();
                let count = file.take(READ_BYTES_MAX).read_to_end(&mut bytes)?;
                Ok(json!({"base64": BASE64.encode(bytes), "more": count as u64 == READ_BYTES_MAX}))
            }
            Wish::RealPath { path } => {
                let (place, rest) = self.find(&path)?;
                let real = place.folder.canonicalize(rest)?;
                let real = real.to_string_lossy();
                let real = if real == "." || real.is_empty() { String::new() } else { format!("/{real}") };
                let whole = format!("{}{real}", place.inside);
                Ok(json!({"path": if whole.is_empty() { "/" } else { &whole }}))
            }
            Wish::RemoveFile { path } => {
                let (place, rest) = self.writable(&path)?;
                place.folder.remove_file(rest).map(|()| json!({}))
            }
            Wish::RemoveFolder { path } => {
                let (place, rest) = self.writable(&path)?;
                place.folder.remove_dir(rest).map(|()| json!({}))
            }
            Wish::Rename { path, to } => {
                let ((from, rest), (target, name)) = (self.writable(&path)?, self.writable(&to)?);
                from.folder.rename(rest, &target.folder, name).map(|()| json!({}))
            }
            Wish::Stat { path, follow } => {
                let (place, rest) = self.find(&path)?;
                let metadata = if follow {
                    place.folder.metadata(rest)?
                } else {
                    place.folder.symlink_metadata(rest)?
                };
                Ok(told(&metadata, place.writable))
            }
            Wish::Write { path, base64, append, exclusive } => {
                let (place, rest) = self.writable(&path)?;
                let bytes = BASE64.decode(base64).map_err(|_| std::io::ErrorKind::InvalidInput)?;
                let mut options = OpenOptions::new();
                options.write(true).append(append).truncate(!append);
                if exclusive {
                    options.create_new(true)
                } else {
                    options.create(true)
                };
                place.folder.open_with(rest, &options)?.write_all(&bytes).map(|()| json!({}))
            }
        }
    }

    fn find<'a>(&self, path: &'a str) -> std::io::Result<(&Place, &'a str)> {
        let found = self.0.iter().find_map(|place| {
            let rest = path.strip_prefix(&place.inside)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((place, rest.trim_start_matches('/')))
        });
        let (place, rest) = found.ok_or(std::io::ErrorKind::NotFound)?;
        Ok((place, if rest.is_empty() { "." } else { rest }))
    }

    fn writable<'a>(&self, path: &'a str) -> std::io::Result<(&Place, &'a str)> {
        let (place, rest) = self.find(path)?;
        if place.writable { Ok((place, rest)) } else { Err(rustix::io::Errno::ROFS.into()) }
    }
}

fn kind(kind: FileType) -> &'static str {
    match (kind.is_dir(), kind.is_symlink(), kind.is_file()) {
        (true, _, _) => "folder",
        (_, true, _) => "link",
        (_, _, true) => "file",
        _ => "other",
    }
}

fn told(metadata: &Metadata, writable: bool) -> Json {
    use cap_std::fs::MetadataExt;
    let mode = if writable { metadata.mode() } else { metadata.mode() & !0o222 };
    json!({
        "accessed": millis(metadata.atime(), metadata.atime_nsec()),
        "changed": millis(metadata.ctime(), metadata.ctime_nsec()),
        "kind": kind(metadata.file_type()),
        "mode": mode,
        "modified": millis(metadata.mtime(), metadata.mtime_nsec()),
        "size": metadata.len(),
    })
}

/// Milliseconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "a double is what JavaScript has for it")]
fn millis(seconds: i64, nanos: i64) -> f64 {
    seconds as f64 * 1e3 + nanos as f64 / 1e6
}

/// The name of an error as C has it: errno(3).
fn code(error: &std::io::Error) -> &'static str {
    use rustix::io::Errno;
    match Errno::from_io_error(error) {
        Some(Errno::ACCESS) => "EACCES",
        Some(Errno::BUSY) => "EBUSY",
        Some(Errno::EXIST) => "EEXIST",
        Some(Errno::FBIG) => "EFBIG",
        Some(Errno::INVAL) => "EINVAL",
        Some(Errno::ISDIR) => "EISDIR",
        Some(Errno::LOOP) => "ELOOP",
        Some(Errno::NAMETOOLONG) => "ENAMETOOLONG",
        Some(Errno::NOENT) => "ENOENT",
        Some(Errno::NOSPC | Errno::DQUOT) => "ENOSPC",
        Some(Errno::NOTDIR) => "ENOTDIR",
        Some(Errno::NOTEMPTY) => "ENOTEMPTY",
        Some(Errno::PERM) => "EPERM",
        Some(Errno::ROFS) => "EROFS",
        Some(Errno::XDEV) => "EXDEV",
        Some(_) => "EIO",
        None => match error.kind() {
            std::io::ErrorKind::NotFound => "ENOENT",
            std::io::ErrorKind::InvalidInput => "EINVAL",
            // A path that leads out of its folder.
            std::io::ErrorKind::PermissionDenied => "EPERM",
            _ => "EIO",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(files: &Files, wish: Json) -> Json {
        serde_json::from_slice(&files.answer(wish.to_string().as_bytes())).unwrap()
    }

    #[test]
    fn paths_stay_beneath_their_folders() {
        let (above, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(above.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(above.path().join("secret"), work.path().join("link")).unwrap();
        let folder = |inside: &str, outside: &std::path::Path, writable| Opened {
            inside: inside.to_owned(),
            outside: outside.to_owned(),
            writable,
        };
        let files =
            Files::open(&[folder("/", above.path(), false), folder("/work", work.path(), true)]).unwrap();
        let write = |path: &str| json!({"do": "write", "path": path, "base64": "YQ==", "append": false, "exclusive": false});
        let read = |path: &str| json!({"do": "read", "path": path, "offset": 0});
        assert_eq!(asked(&files, write("/work/a")), json!({}));
        assert_eq!(asked(&files, read("/work/a")), json!({"base64": "YQ==", "more": false}));
        // The positive control: the file is there, by its own name.
        assert_eq!(asked(&files, read("/secret")), json!({"base64": "eA==", "more": false}));
        assert_eq!(asked(&files, write("/secret")), json!({"code": "EROFS"}));
        for path in ["/work/link", "/work/../secret", "/work/../../etc/passwd"] {
            assert_eq!(asked(&files, read(path)), json!({"code": "EPERM"}), "{path}");
        }
        assert_eq!(asked(&files, json!({"do": "list", "path": "/work/none"})), json!({"code": "ENOENT"}));
        assert_eq!(asked(&files, json!({"do": "fly"})), json!({"code": "EINVAL"}));
    }
}
