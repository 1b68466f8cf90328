//! `codemode config`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Failure, Outcome, Surroundings};
use crate::config::keys::{Key, suggestion};
use crate::config::{edit, print};
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
