//! Settings: a table of keys, layers that know where each value came from, and what the parts are made with.
//!
//! Reading order: [`keys`] (the table), [`value`] (kinds of values), [`layers`] (files, flags and errors),
//! [`environment`], [`settings`] (resolved), [`print`] (the commented file), [`edit`] (`config set`).

pub mod edit;
pub mod environment;
pub mod keys;
pub mod layers;
pub mod print;
pub mod settings;
pub mod value;

use std::collections::BTreeMap;
use std::path::Path;

pub use layers::{ConfigError, Layers, Origin};
pub use settings::{PackageSettings, Settings};

/// Settings that a project may not loosen without a word: what a checkout brings along is not what its user chose.
const NOTED_IN_PROJECTS: &[&str] = &["engine", "network.", "packages.", "policy.", "sandbox."];

/// Reads every layer: defaults, the user's file, the project's file, the environment, flags.
pub fn load(
    user: &Path,
    project: &Path,
    variables: &BTreeMap<String, String>,
    flags: &[String],
) -> Result<Layers, ConfigError> {
    let mut layers = Layers::default();
    layers.read_file(user)?;
    layers.read_file(project)?;
    environment::read(&mut layers, variables)?;
    for flag in flags {
        layers.set_flag(flag)?;
    }
    Ok(layers)
}

/// Keys about isolation whose value in force comes from the project's file.
pub fn set_by_project(layers: &Layers, project: &Path) -> Vec<&'static str> {
    let keys =
        keys::KEYS.iter().filter(|key| NOTED_IN_PROJECTS.iter().any(|start| key.name.starts_with(start)));
    let from_project =
        |key: &&keys::Key| matches!(layers.get(key), Some((_, Origin::File(path, _))) if path == project);
    keys.filter(from_project).map(|key| key.name).collect()
}
