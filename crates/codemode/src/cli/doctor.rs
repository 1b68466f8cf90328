//! `codemode doctor`.

use std::process::ExitCode;

use super::{Outcome, Surroundings};
use crate::terminal::out;
use crate::{compose, doctor, upstreams};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode doctor --json")]
pub(super) struct Arguments {
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let (settings, layers) = surroundings.settings()?;
    let hub = upstreams::hub(&layers, &surroundings.paths, &surroundings.variables, None)?;
    let diagnosis = super::runtime()?.block_on(async {
        let engines = compose::engines(&settings, &surroundings.paths);
        let connected = async {
            upstreams::connect(&hub).await;
            let reports = hub.report();
            hub.close().await;
            upstreams::json(&reports)
        };
        let (mut diagnosis, servers) = tokio::join!(doctor::json(&engines, &surroundings.paths), connected);
        diagnosis["upstreams"] = servers;
        diagnosis
    });
    out(&if arguments.json { format!("{diagnosis:#}\n") } else { doctor::text(&diagnosis) });
    Ok(ExitCode::SUCCESS)
}
