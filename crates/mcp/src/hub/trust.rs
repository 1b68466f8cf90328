//! Pins what a tool says it is. The first definition that is seen is trusted; one that changes is held back until a
//! person accepts it: a server that was harmless yesterday must not get new words into a prompt unseen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Version of the lock file.
const VERSION: u32 = 1;

/// Bytes of the lock file that are read.
const LOCK_BYTES_MAX: u64 = 256 << 20;

/// Lines of a difference that are shown.
const DIFFERENCE_LINES: usize = 60;

/// The lock file.
#[derive(Debug, Clone)]
pub(super) struct Pins {
    path: PathBuf,
}

/// What the lock file holds: the pins of every tool of every server.
#[derive(Debug, Serialize, Deserialize)]
struct Pinned {
    version: u32,
    servers: BTreeMap<String, BTreeMap<String, Pin>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pin {
    sha256: String,
    /// The definition itself, so that a change can be shown.
    definition: Value,
}

/// A tool whose definition is not the pinned one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The lines that went, after `-`, and those that came, after `+`.
    pub difference: String,
    /// The tool.
    pub tool: String,
}

/// The parts of a definition that a model sees or a decision rests on, with sorted keys.
pub(super) fn canonical(definition: &Value) -> Value {
    let parts = ["annotations", "description", "inputSchema", "name", "outputSchema"];
    let parts = parts.into_iter().filter_map(|key| Some((key.to_owned(), sorted(definition.get(key)?))));
    Value::Object(parts.collect())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(table) => {
            let table: BTreeMap<&String, Value> =
                table.iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(table.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        plain => plain.clone(),
    }
}

/// SHA-256 of a canonical definition, in hexadecimal digits.
pub(super) fn digest(canonical: &Value) -> String {
    let hash = Sha256::digest(canonical.to_string());
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Pins {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Pins the tools of a server that are new, and returns those that changed. Definitions are canonical.
    pub(super) fn judge(&self, server: &str, definitions: &[Value]) -> io::Result<Vec<Held>> {
        let pinned = self.read()?;
        let (held, new) = compare(&pinned, server, definitions);
        if !new {
            return Ok(held);
        }
        let _lock = self.lock()?;
        // Another server may have written in between.
        let mut pinned = self.read()?;
        let (held, _) = compare(&pinned, server, definitions);
        let tools = pinned.servers.entry(server.to_owned()).or_default();
        for definition in definitions {
            tools.entry(name_of(definition)).or_insert_with(|| pin(definition));
        }
        self.write(&pinned)?;
        Ok(held)
    }

    /// Pins these definitions in place of older ones. Returns the names of those that changed.
    pub(super) fn accept(&self, server: &str, definitions: &[Value]) -> io::Result<Vec<String>> {
        let _lock = self.lock()?;
        let mut pinned = self.read()?;
        let (held, _) = compare(&pinned, server, definitions);
        let tools = pinned.servers.entry(server.to_owned()).or_default();
        tools.extend(definitions.iter().map(|definition| (name_of(definition), pin(definition))));
        self.write(&pinned)?;
        Ok(held.into_iter().map(|held| held.tool).collect())
    }

    fn read(&self) -> io::Result<Pinned> {
        let bytes = match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Pinned { version: VERSION, servers: BTreeMap::new() });
            }
            Err(error) => return Err(error),
            Ok(metadata) if metadata.len() > LOCK_BYTES_MAX => {
                return Err(io::Error::other("it is too large to be one of codemode's"));
            }
            Ok(_) => std::fs::read(&self.path)?,
        };
        // Never guess: a file that cannot be read must not make every tool new again.
        let pinned: Pinned = serde_json::from_slice(&bytes)?;
        if pinned.version == VERSION {
            Ok(pinned)
        } else {
            Err(io::Error::other("it was written by another version of codemode"))
        }
    }

    fn write(&self, pinned: &Pinned) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder(&self.path))?;
        serde_json::to_writer_pretty(&mut file, pinned)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Keeps other servers from writing at the same time. A file of its own, since the lock file is replaced.
    fn lock(&self) -> io::Result<File> {
        std::fs::create_dir_all(folder(&self.path))?;
        let file = File::options().create(true).append(true).open(self.path.with_extension("json.lock"))?;
        file.lock()?;
        Ok(file)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn name_of(definition: &Value) -> String {
    definition["name"].as_str().unwrap_or_default().to_owned()
}

fn pin(definition: &Value) -> Pin {
    Pin { sha256: digest(definition), definition: definition.clone() }
}

/// The tools that changed, and whether there are new ones.
fn compare(pinned: &Pinned, server: &str, definitions: &[Value]) -> (Vec<Held>, bool) {
    let known = pinned.servers.get(server);
    let mut new = false;
    let mut held = Vec::new();
    for definition in definitions {
        let tool = name_of(definition);
        match known.and_then(|tools| tools.get(&tool)) {
            None => new = true,
            Some(pin) if pin.sha256 == digest(definition) => {}
            Some(pin) => held.push(Held { difference: difference(&pin.definition, definition), tool }),
        }
    }
    (held, new)
}

/// What changed, line by line, part by part. Parts are short, so it is enough to leave out what is the same at both ends.
fn difference(old: &Value, new: &Value) -> String {
    let mut lines = Vec::new();
    for part in ["description", "inputSchema", "outputSchema", "annotations"] {
        let (old, new) = (text_of(&old[part]), text_of(&new[part]));
        if old == new {
            continue;
        }
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let same_start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let most = old.len().min(new.len()) - same_start;
        let same_end =
            old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
        lines.push(format!("{part}:"));
        lines.extend(old[same_start..old.len() - same_end].iter().map(|line| format!("- {line}")));
        lines.extend(new[same_start..new.len() - same_end].iter().map(|line| format!("+ {line}")));
    }
    if lines.len() > DIFFERENCE_LINES {
        let more = lines.len() - DIFFERENCE_LINES;
        lines.truncate(DIFFERENCE_LINES);
        lines.push(format!("... {more} more lines"));
    }
    // Hidden characters are a reason to look closely, so they are shown instead of taken out.
    lines.join("\n").chars().map(visible).collect()
}

fn text_of(part: &Value) -> String {
    match part {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    }
}

fn visible(c: char) -> String {
    if c != '\n' && super::clean::clean(&c.to_string()).is_empty() {
        format!("\\u{{{:04x}}}", u32::from(c))
    } else {
        c.to_string()
    }
}
