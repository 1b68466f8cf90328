//! `codemode doctor`.

use std::process::ExitCode;

use super::{Failure, Outcome, Surroundings};
use crate::config::Settings;
use crate::terminal::{note, out};
use crate::{compose, doctor, embedded, upstreams};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode doctor --prepare wasm")]
pub(super) struct Arguments {
    /// Prints JSON
    #[arg(long)]
    json: bool,
    /// Gets an engine ready first: `wasm` is fetched, compiled and warmed
    #[arg(long, value_name = "ENGINE")]
    prepare: Option<String>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let (settings, layers) = surroundings.settings()?;
    let hub = upstreams::hub(&layers, &surroundings.paths, &surroundings.variables, None)?;
    let runtime = super::runtime()?;
    if let Some(name) = &arguments.prepare {
        runtime.block_on(prepare(name, &settings, surroundings))?;
    }
    let diagnosis = runtime.block_on(async {
        let engines = compose::engines(&settings, &surroundings.paths, &surroundings.variables);
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

async fn prepare(name: &str, settings: &Settings, surroundings: &Surroundings) -> Result<(), Failure> {
    match name {
        "wasm" => embedded::prepare(settings, &surroundings.paths, &surroundings.variables).await,
        known if compose::ENGINES.contains(&known) => {
            note(&format!("the engine `{known}` needs no preparation"));
            Ok(())
        }
        other => Err(Failure {
            error: format!("unknown engine `{other}`").into(),
            hint: Some(format!("this build has {}", compose::ENGINES.join(", "))),
        }),
    }
}
