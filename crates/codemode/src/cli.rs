//! The command line.

mod completions;
mod config;
mod doctor;
mod learnings;
mod log;
mod run;
mod serve;
mod sessions;
mod setup;
mod tools;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::config::{ConfigError, Layers, Settings, load, set_by_project};
use crate::paths::Paths;
use crate::terminal;

/// Our own failure, as a shell sees it.
const FAILED: u8 = 125;

/// Turns any MCP client into a code-mode client: the model writes code, the code runs in a sandbox.
#[derive(Debug, Parser)]
#[command(
    name = "codemode",
    version,
    max_term_width = 100,
    after_help = "Example: codemode run examples/hello.py --engine direct"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

/// Flags of every command. They are the last layer of the settings.
#[derive(Debug, Clone, clap::Args)]
struct Common {
    /// Where programs run: auto, jail, wasm, docker, direct (`direct` is not isolated)
    #[arg(long, global = true, value_name = "ENGINE")]
    engine: Option<String>,
    /// File with the upstream MCP servers whose tools programs call
    #[arg(long, global = true, value_name = "FILE")]
    servers: Option<String>,
    /// Sets one setting for this call; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Tools that a client sees: a preset (lean, pyrunner, agent, sandbox, all) or a comma list of names
    #[arg(long, global = true, value_name = "TOOLS")]
    tools: Option<String>,
    /// Says more on stderr; twice says everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Folder that programs without a session work in
    #[arg(long, global = true, value_name = "DIR")]
    workspace: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints a completion script for a shell
    Completions(completions::Arguments),
    /// Shows and changes settings
    Config(config::Arguments),
    /// Says which engines work here, at which level of isolation, and what is missing
    Doctor(doctor::Arguments),
    /// Shows, searches, adds, imports and exports what failures taught
    Learnings(learnings::Arguments),
    /// Shows the runs that were
    Log(log::Arguments),
    /// Runs a program
    Run(run::Arguments),
    /// Serves MCP on stdio; what `codemode` alone does too
    Serve(serve::Arguments),
    /// Shows, resets and takes back sessions
    Sessions(sessions::Arguments),
    /// Prints or writes the configuration that makes a client use codemode
    Setup(setup::Arguments),
    /// Shows the tools of your other MCP servers as programs see them
    Tools(tools::Arguments),
}

/// What a command needs of its surroundings.
struct Surroundings {
    common: Common,
    paths: Paths,
    variables: BTreeMap<String, String>,
}

/// A command that failed, with what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Box<dyn std::error::Error + Send + Sync>,
    pub(crate) hint: Option<String>,
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { error: error.into(), hint: None }
    }
}

type Outcome = Result<ExitCode, Failure>;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Variables that are no text cannot be settings of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let variables: BTreeMap<String, String> = variables.collect();
    start_log(arguments.common.verbose, variables.get("CODEMODE_LOG").map(String::as_str));
    let ended = Paths::new(|name| variables.get(name).cloned()).map_err(Failure::from).and_then(|paths| {
        let surroundings = Surroundings { common: arguments.common, paths, variables };
        dispatch(arguments.command, surroundings)
    });
    ended.unwrap_or_else(|failure| {
        terminal::failure(&*failure.error, failure.hint.as_deref());
        ExitCode::from(FAILED)
    })
}

fn dispatch(command: Option<Command>, surroundings: Surroundings) -> Outcome {
    match command.unwrap_or(Command::Serve(serve::Arguments {})) {
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
        Command::Config(arguments) => config::run(&arguments, &surroundings),
        Command::Doctor(arguments) => doctor::run(&arguments, &surroundings),
        Command::Learnings(arguments) => learnings::run(&arguments, &surroundings),
        Command::Log(arguments) => log::run(&arguments, &surroundings),
        Command::Run(arguments) => run::run(&arguments, &surroundings),
        Command::Serve(_) => serve::run(surroundings),
        Command::Sessions(arguments) => sessions::run(&arguments, &surroundings),
        Command::Setup(arguments) => setup::run(&arguments, &surroundings),
        Command::Tools(arguments) => tools::run(&arguments, &surroundings),
    }
}

/// The log goes to stderr: stdout carries the protocol, or the program's output.
fn start_log(verbose: u8, level: Option<&str>) {
    let asked = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(asked);
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(colour).init();
}

impl Surroundings {
    fn layers(&self) -> Result<Layers, ConfigError> {
        let Common { engine, servers, set, tools, workspace, .. } = &self.common;
        let named =
            [("engine", engine), ("servers", servers), ("tools", tools), ("sandbox.workspace", workspace)];
        let named = named.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?)));
        let flags: Vec<String> = named.chain(set.iter().cloned()).collect();
        load(&self.paths.config, &self.paths.project, &self.variables, &flags)
    }

    /// The settings that programs are run with.
    fn settings(&self) -> Result<(Settings, Layers), ConfigError> {
        let layers = self.layers()?;
        let noted = set_by_project(&layers, &self.paths.project);
        if !noted.is_empty() {
            tracing::warn!("{} of this folder sets {}", self.paths.project.display(), noted.join(", "));
        }
        Ok((Settings::new(&layers)?, layers))
    }
}

/// The runtime of commands that run programs.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}
