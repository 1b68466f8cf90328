//! `codemode doctor`.

use std::process::ExitCode;

use super::{Outcome, Surroundings};
use crate::terminal::out;
use crate::{compose, doctor};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode doctor --json")]
pub(super) struct Arguments {
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let (settings, _) = surroundings.settings()?;
    let diagnosis =
        super::runtime()?.block_on(doctor::json(&compose::engines(&settings), &surroundings.paths));
    out(&if arguments.json { format!("{diagnosis:#}\n") } else { doctor::text(&diagnosis) });
    Ok(ExitCode::SUCCESS)
}
