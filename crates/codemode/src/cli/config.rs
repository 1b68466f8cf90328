//! `codemode config`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Map, Value};

use super::{Failure, Outcome, Surroundings};
use crate::config::keys::{Key, suggestion};
use crate::config::{edit, print};
use crate::configure::OLDER_NAMES;
use crate::terminal::{note, out};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode config show --origin")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints a commented file with every setting at its default
    Default,
    /// Prints one setting
    Get {
        /// Its name, such as limits.memory
        key: String,
    },
    /// Takes over the settings of mcp-pyrunner
    Import {
        /// Its config.json; that in your home when none is named
        file: Option<PathBuf>,
    },
    /// Prints where the settings file is
    Path,
    /// Changes one setting in the user's file
    Set {
        /// Its name, such as limits.memory
        key: String,
        /// Its new value; a list is separated by commas
        value: String,
    },
    /// Prints every setting in force
    Show {
        /// Says where each value came from
        #[arg(long)]
        origin: bool,
    },
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    match arguments.command.as_ref().unwrap_or(&Command::Show { origin: false }) {
        Command::Default => out(&print::default_file()),
        Command::Get { key } => get(key, arguments.json, surroundings)?,
        Command::Import { file } => import(file.as_deref(), surroundings)?,
        Command::Path => out(&format!("{}\n", surroundings.paths.config.display())),
        Command::Set { key, value } => {
            edit::set(&surroundings.paths.config, key, value)?;
            note(&format!("{key} is set in {}", surroundings.paths.config.display()));
        }
        Command::Show { .. } if arguments.json => {
            out(&format!("{:#}\n", print::json(&surroundings.layers()?)));
        }
        Command::Show { origin } => out(&print::show(&surroundings.layers()?, *origin)),
    }
    Ok(ExitCode::SUCCESS)
}

fn get(name: &str, json: bool, surroundings: &Surroundings) -> Result<(), Failure> {
    let unknown = || Failure {
        error: format!("unknown key `{}`", name.escape_debug()).into(),
        hint: Some(suggestion(name)),
    };
    let key = Key::find(name).ok_or_else(unknown)?;
    if let Some((value, _)) = surroundings.layers()?.get(key) {
        out(&if json { format!("{}\n", value.json()) } else { format!("{value}\n") });
    }
    Ok(())
}

/// Sets what mcp-pyrunner was set to. What cannot be taken over is said, and the rest goes on.
fn import(file: Option<&Path>, surroundings: &Surroundings) -> Result<(), Failure> {
    let theirs = || surroundings.paths.home.join(".mcp-pyrunner/config.json");
    let file = file.map_or_else(theirs, Path::to_path_buf);
    let failed = |error: &dyn std::fmt::Display| format!("failed to read {}: {error}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    let settings: Map<String, Value> = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    for (older, value) in settings {
        let name = OLDER_NAMES.iter().find(|(name, _)| *name == older).map_or(&*older, |(_, own)| own);
        let Some(key) = Key::find(name).map(|key| key.name) else {
            note(&format!("{older}: no such setting here"));
            continue;
        };
        let Some(value) = words(&value) else { continue };
        if (key, value.as_str()) == ("engine", "direct") {
            // It was the default there, without a word about what that means.
            note(
                "execution_mode: direct is not isolated; `codemode config set engine direct` if you want it",
            );
            continue;
        }
        match edit::set(&surroundings.paths.config, key, &value) {
            Ok(()) => note(&format!("{key} = {value}")),
            Err(error) => note(&format!("{older}: {}; {}", error.problem, error.mend)),
        }
    }
    Ok(())
}

/// A JSON value as it is typed on the command line. `None` for what was not set.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(words).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
