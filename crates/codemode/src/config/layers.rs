//! Layers of settings: defaults, the user's file, the project's file, the environment, flags. The later one wins, and
//! every value remembers where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Table};

use super::keys::{KEYS, Key, suggestion};
use super::value::Value;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A settings file, at this line.
    File(PathBuf, usize),
    /// A flag of the command line.
    Flag(String),
    /// An environment variable.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

/// A setting that cannot be used: where it is, what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}; {mend}")]
pub struct ConfigError {
    /// The file and line, variable or flag.
    pub place: String,
    /// What is wrong, with the value.
    pub problem: String,
    /// What would be right.
    pub mend: String,
}

impl ConfigError {
    pub(crate) fn new(place: impl fmt::Display, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place: place.to_string(), problem: problem.into(), mend: mend.into() }
    }
}

/// Every setting with the value in force and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    values: BTreeMap<&'static str, (Value, Origin)>,
}

impl Default for Layers {
    fn default() -> Self {
        let value = |key: &Key| key.kind.parse(key.default).map(|value| (key.name, (value, Origin::Default)));
        Self { values: KEYS.iter().filter_map(value).collect() }
    }
}

impl Layers {
    /// The value in force and its origin.
    pub fn get(&self, key: &Key) -> Option<&(Value, Origin)> {
        self.values.get(key.name)
    }

    /// Sets a value from text.
    pub fn set_text(&mut self, key: &'static Key, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let Some(value) = key.kind.parse(text) else {
            let problem = format!("`{}` cannot be `{}`", key.name, text.escape_debug());
            return Err(ConfigError::new(origin, problem, format!("expected {}", key.kind.expected())));
        };
        self.values.insert(key.name, (value, origin));
        Ok(())
    }

    /// Sets `KEY=VALUE` of a flag.
    pub fn set_flag(&mut self, assignment: &str) -> Result<(), ConfigError> {
        let flag = format!("--set {assignment}");
        let Some((name, text)) = assignment.split_once('=') else {
            return Err(ConfigError::new(flag, "there is no `=`", "expected KEY=VALUE"));
        };
        let name = name.trim();
        let Some(key) = Key::find(name) else {
            return Err(ConfigError::new(
                flag,
                format!("unknown key `{}`", name.escape_debug()),
                suggestion(name),
            ));
        };
        self.set_text(key, text, Origin::Flag(flag))
    }

    /// Reads a settings file; one that is not there changes nothing.
    pub fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => self.read_toml(path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(ConfigError::new(
                path.display(),
                format!("cannot be read: {error}"),
                "make it readable or remove it",
            )),
        }
    }

    /// Reads the text of a settings file.
    pub fn read_toml(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let problem = error.message().lines().next().unwrap_or("not TOML").to_owned();
            ConfigError::new(Origin::File(path.to_owned(), line), problem, "expected TOML")
        })?;
        self.read_table(path, text, "", document.as_table())
    }

    fn read_table(&mut self, path: &Path, text: &str, above: &str, table: &Table) -> Result<(), ConfigError> {
        for (name, item) in table {
            let name = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            let start = table.key(name.rsplit('.').next().unwrap_or(&name)).and_then(toml_edit::Key::span);
            let origin = Origin::File(path.to_owned(), start.map_or(1, |span| line_of(text, span.start)));
            match (Key::find(&name), item) {
                (Some(key), item) => self.set_item(key, item, origin)?,
                (None, Item::Table(below)) if is_group(&name) => self.read_table(path, text, &name, below)?,
                (None, Item::Value(toml_edit::Value::InlineTable(below))) if is_group(&name) => {
                    self.read_table(path, text, &name, &below.clone().into_table())?;
                }
                (None, _) => {
                    let problem = format!("unknown key `{}`", name.escape_debug());
                    return Err(ConfigError::new(origin, problem, suggestion(&name)));
                }
            }
        }
        Ok(())
    }

    fn set_item(&mut self, key: &'static Key, item: &Item, origin: Origin) -> Result<(), ConfigError> {
        let value = item.as_value().and_then(|value| key.kind.parse_toml(value));
        let Some(value) = value else {
            let problem = format!("`{}` cannot be `{}`", key.name, item.to_string().trim());
            return Err(ConfigError::new(origin, problem, format!("expected {}", key.kind.expected())));
        };
        self.values.insert(key.name, (value, origin));
        Ok(())
    }
}

fn is_group(name: &str) -> bool {
    KEYS.iter().any(|key| key.parts().0 == name)
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
