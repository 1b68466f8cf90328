//! `codemode setup`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failure, Outcome, Surroundings};
use crate::setup::{Client, Places, Written, block, write};
use crate::terminal::{note, out};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode setup cursor --write")]
pub(super) struct Arguments {
    /// The client
    #[arg(value_enum)]
    client: Client,
    /// Another file than the client's own, such as that of a project
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Merges it into the client's file; what the file was stays as FILE.bak-N
    #[arg(long)]
    write: bool,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let program = std::env::current_exe()?;
    let program =
        program.to_str().ok_or("the path of this program is no text that a configuration could hold")?;
    let paths = &surroundings.paths;
    let file = arguments
        .file
        .clone()
        .unwrap_or_else(|| arguments.client.file(Places { config: &paths.applications, home: &paths.home }));
    if !arguments.write {
        note(&format!("put this into {}, or let --write do it:", file.display()));
        out(&block(arguments.client, program));
        return Ok(ExitCode::SUCCESS);
    }
    let written = write(&file, arguments.client, program).map_err(|error| Failure {
        error: error.into(),
        hint: Some("without --write the block is printed, to paste it by hand".to_owned()),
    })?;
    note(&match written {
        Written::Changed(Some(backup)) => {
            format!("{} is changed; what it was is in {}", file.display(), backup.display())
        }
        Written::Changed(None) => format!("{} is made", file.display()),
        Written::Unchanged => format!("{} names this program already", file.display()),
    });
    Ok(ExitCode::SUCCESS)
}
