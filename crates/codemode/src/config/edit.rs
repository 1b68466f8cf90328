//! Changes one value in a settings file and leaves everything else of it as it is, comments too.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use super::keys::{Key, suggestion};
use super::layers::{ConfigError, Layers};

/// Sets a key in a file that may not exist yet. Nothing is written when the value is no value of that key.
pub fn set(path: &Path, name: &str, text: &str) -> Result<(), ConfigError> {
    let place = format!("config set {name}");
    let Some(key) = Key::find(name) else {
        return Err(ConfigError::new(
            place,
            format!("unknown key `{}`", name.escape_debug()),
            suggestion(name),
        ));
    };
    let Some(parsed) = key.kind.parse(text) else {
        let problem = format!("`{name}` cannot be `{}`", text.escape_debug());
        return Err(ConfigError::new(place, problem, format!("expected {}", key.kind.expected())));
    };
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(ConfigError::new(
                path.display(),
                format!("cannot be read: {error}"),
                "make it readable",
            ));
        }
    };
    // A file with an error elsewhere is not made worse.
    Layers::default().read_toml(path, &before)?;
    let after = with_value(&before, key, parsed.toml());
    let after = after.ok_or_else(|| {
        ConfigError::new(path.display(), format!("`{name}` has no place in it"), "write the key by hand")
    })?;
    write(path, &after).map_err(|error| {
        ConfigError::new(path.display(), format!("cannot be written: {error}"), "make its folder writable")
    })
}

fn with_value(before: &str, key: &Key, new: toml_edit::Value) -> Option<String> {
    let mut document: DocumentMut = before.parse().ok()?;
    let (group, name) = key.parts();
    let table = if group.is_empty() {
        document.as_table_mut() as &mut dyn toml_edit::TableLike
    } else {
        document.entry(group).or_insert_with(|| Item::Table(Table::new())).as_table_like_mut()?
    };
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(name, value(new));
        }
    }
    Some(document.to_string())
}

/// Writes beside the file and renames: a reader sees the old one or the new one.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
