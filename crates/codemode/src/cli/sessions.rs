//! `codemode sessions`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use codemode_memory::SessionRow;
use codemode_run::session::check_id;
use serde_json::{Value, json};

use super::log::{open, time_text};
use super::{Failure, Outcome, Surroundings};
use crate::embedded;
use crate::terminal::{note, out, table};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode sessions reset analysis")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows every session, the last used first
    List,
    /// Forgets a session with its files; a server that has it open begins it anew at its next run
    Reset {
        /// The session
        id: String,
    },
    /// Takes back the last run of a session
    Undo {
        /// The session
        id: String,
    },
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    match arguments.command.as_ref().unwrap_or(&Command::List) {
        Command::List => {
            let sessions = open(surroundings)?.sessions()?;
            out(&if arguments.json {
                format!("{:#}\n", sessions_json(&sessions))
            } else {
                sessions_table(&sessions)
            });
        }
        Command::Reset { id } => reset(id, surroundings)?,
        Command::Undo { id } => undo(id, surroundings)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn reset(id: &str, surroundings: &Surroundings) -> Result<(), Failure> {
    check_id(id)?;
    let folder = surroundings.paths.workspaces.join("sessions").join(id);
    let had_files = remove(&folder)?;
    remove(&checkpoints(id, surroundings))?;
    let was_known = open(surroundings)?.forget_session(id)?;
    if !had_files && !was_known {
        return Err(unknown(id));
    }
    note(&format!("session {id} is reset"));
    Ok(())
}

/// Removes a folder; false when there is none.
fn remove(folder: &Path) -> Result<bool, Failure> {
    match fs::remove_dir_all(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What engines that can keep of a session between its runs.
fn checkpoints(id: &str, surroundings: &Surroundings) -> PathBuf {
    surroundings.paths.workspaces.join("checkpoints").join(id)
}

/// Only engines whose interpreters are memory that can be kept have something to go back to.
fn undo(id: &str, surroundings: &Surroundings) -> Result<(), Failure> {
    check_id(id)?;
    if embedded::undo(&checkpoints(id, surroundings))? {
        note(&format!(
            "the last run of session {id} is taken back: its variables are what they were, its files stay"
        ));
        return Ok(());
    }
    let sessions = open(surroundings)?.sessions()?;
    let session = sessions.into_iter().find(|session| session.session_id == id).ok_or_else(|| unknown(id))?;
    let engine = session.engine.unwrap_or_else(|| "no engine".to_owned());
    Err(Failure {
        error: format!("session `{id}` ran on {engine}, which keeps no earlier state").into(),
        hint: Some(format!("`codemode sessions reset {id}` begins it anew")),
    })
}

fn unknown(id: &str) -> Failure {
    Failure {
        error: format!("no session `{id}` is known").into(),
        hint: Some("`codemode sessions` shows them".to_owned()),
    }
}

fn sessions_json(sessions: &[SessionRow]) -> Value {
    let session = |session: &SessionRow| {
        json!({
            "session_id": session.session_id, "language": session.language, "engine": session.engine, "runs": session.runs,
            "created": time_text(session.created_ms), "last_used": time_text(session.last_used_ms),
        })
    };
    sessions.iter().map(session).collect()
}

fn sessions_table(sessions: &[SessionRow]) -> String {
    let heading = ["session", "language", "engine", "runs", "last used"].map(str::to_owned).to_vec();
    let rows = sessions.iter().map(|session| {
        let engine = session.engine.clone().unwrap_or_default();
        vec![
            session.session_id.clone(),
            session.language.clone(),
            engine,
            session.runs.to_string(),
            time_text(session.last_used_ms),
        ]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}
