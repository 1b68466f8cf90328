//! Merges an entry into a file: everything else in it stays as it is, and nothing is written that does not read back as
//! it should.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use codemode_mcp::hub::servers::{Format, parse_document};
use serde_json::{Map, Value};

use super::clients::Client;
use super::{json, toml, yaml};

/// The name of our entry.
pub(super) const NAME: &str = "codemode";

/// A file that could not be changed; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The change would have touched something else.
    #[error("{0} cannot be changed without touching something else in it")]
    Entangled(PathBuf),
    /// The file cannot be read or written.
    #[error("failed to write {0}")]
    File(PathBuf, #[source] io::Error),
    /// The file is not what the client itself would read.
    #[error("{0} is {1}")]
    Unreadable(PathBuf, String),
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It was changed; the copy of what it was, when there was one.
    Changed(Option<PathBuf>),
    /// It says so already.
    Unchanged,
}

/// The block to paste into a file of this client.
pub fn block(client: Client, program: &str) -> String {
    edit("", client, &client.entry(program)).unwrap_or_default()
}

/// The text of a client's file with our entry in it. What a user added to the entry stays.
pub fn merge(text: &str, client: Client, program: &str, path: &Path) -> Result<String, SetupError> {
    let unreadable = |problem: String| SetupError::Unreadable(path.to_owned(), problem);
    let before = document(text, client.format()).map_err(unreadable)?;
    let table = before.get(client.table()).cloned().unwrap_or_else(|| Value::Object(Map::new()));
    let table = match (before.is_object(), table) {
        (true, Value::Object(table)) => table,
        (true, Value::Null) => Map::new(),
        _ => return Err(unreadable(format!("no file in which `{}` could be a table", client.table()))),
    };
    let mut entry = match table.get(NAME) {
        Some(Value::Object(entry)) => entry.clone(),
        _ => Map::new(),
    };
    let wanted = client.entry(program);
    if wanted.iter().all(|(key, value)| entry.get(key) == Some(value)) {
        return Ok(text.to_owned());
    }
    entry.extend(wanted);
    let entangled = || SetupError::Entangled(path.to_owned());
    let changed = edit(text, client, &entry).ok_or_else(entangled)?;
    let mut expected = before;
    expected[client.table()][NAME] = Value::Object(entry);
    match document(&changed, client.format()) {
        Ok(after) if after == expected => Ok(changed),
        _ => Err(entangled()),
    }
}

fn document(text: &str, format: Format) -> Result<Value, String> {
    let document = parse_document(text, format).map_err(|error| error.to_string())?;
    Ok(if document.is_null() { Value::Object(Map::new()) } else { document })
}

fn edit(text: &str, client: Client, entry: &Map<String, Value>) -> Option<String> {
    match client.format() {
        Format::Json => json::edit(text, client.table(), entry),
        Format::Toml => toml::edit(text, client.table(), entry),
        Format::Yaml => yaml::edit(text, client.table(), entry),
    }
}

/// Merges our entry into a file, which is made when it is not there. A copy of what it was stays as `FILE.bak-N`.
pub fn write(path: &Path, client: Client, program: &str) -> Result<Written, SetupError> {
    let failed = |error| SetupError::File(path.to_owned(), error);
    // A link that a user's own repository of settings put there stays one.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let text = match fs::read_to_string(&target) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let before = text.as_deref().unwrap_or_default();
    let after = merge(before, client, program, path)?;
    if after == before {
        return Ok(Written::Unchanged);
    }
    let backup = text.is_some().then(|| back_up(&target)).transpose().map_err(failed)?;
    replace(&target, &after).map_err(failed)?;
    Ok(Written::Changed(backup))
}

fn back_up(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1_u32.. {
        let backup = path.with_file_name(format!("{name}.bak-{number}"));
        // Made first, so that two of us never take the same name.
        match fs::File::options().write(true).create_new(true).open(&backup) {
            Ok(_) => return fs::copy(path, &backup).map(|_| backup),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are too many copies"))
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    // A new file is for its user only: such files hold keys.
    if let Ok(metadata) = fs::metadata(path) {
        fs::set_permissions(file.path(), metadata.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}
