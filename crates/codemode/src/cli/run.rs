//! `codemode run`: a program through the same pipeline as the server.

mod project;

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use codemode_mcp::present;
use codemode_run::{Ending, Event, Language, Report, RunError, RunRequest, Stream};

use super::serve::stop_on_signal;
use super::{Failure, Outcome, Surroundings};
use crate::config::keys::Kind;
use crate::config::value::Value as Setting;
use crate::terminal::{BAD, HEADING, QUIET, note, out, styled};
use crate::{compose, embedded, upstreams};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example: codemode run examples/hello.py --engine direct\n\n\
Exits with the program's own code; 124 after a timeout, 125 when codemode itself failed, 126 when the policy refused it.")]
pub(super) struct Arguments {
    /// The program: a file, a folder with main.py, or - for stdin
    file: String,
    /// Prints the report as JSON instead of the program's output
    #[arg(long)]
    json: bool,
    /// The language: python, javascript, typescript, bash; else the file's extension says it
    #[arg(long)]
    language: Option<Language>,
    /// A requirement that is installed before the run; may be repeated
    #[arg(long = "package", value_name = "REQUIREMENT")]
    packages: Vec<String>,
    /// The session whose files the program works on
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// Wall clock in seconds, or such as 500ms or 2m
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Outcome {
    let (settings, layers) = surroundings.settings()?;
    let hub = Arc::new(upstreams::hub(&layers, &surroundings.paths, &surroundings.variables, None)?);
    let request = request(arguments)?;
    let runtime = super::runtime()?;
    runtime.block_on(embedded::prepare_if_chosen(&settings, &surroundings.paths, &surroundings.variables))?;
    let ended = runtime.block_on(async {
        let runs =
            compose::runs(&settings, &surroundings.paths, &surroundings.variables, Arc::clone(&hub) as _);
        let runner = runs.runner();
        let id = runner.new_run_id();
        let recorder = runner.recorder(&id);
        let recorder = if arguments.json { recorder } else { recorder.with_tap(Box::new(pass_on)) };
        let ended = runner.run(&id, request, &recorder, stop_on_signal()).await;
        runner.shutdown().await;
        hub.close().await;
        ended
    });
    runtime.shutdown_timeout(Duration::ZERO);
    let report = ended.map_err(failure)?;
    if arguments.json {
        out(&format!("{:#}\n", present::json(&report)));
    } else {
        print(&report);
    }
    Ok(ExitCode::from(code(&report)))
}

fn request(arguments: &Arguments) -> Result<RunRequest, Failure> {
    let path = Path::new(&arguments.file);
    let mut request = if arguments.file == "-" {
        let mut code = String::new();
        std::io::stdin().read_to_string(&mut code)?;
        RunRequest::new(arguments.language.unwrap_or(Language::Python), code)
    } else if path.is_dir() {
        project::request(path)?
    } else {
        file_request(path, arguments.language)?
    };
    request.packages = arguments.packages.clone();
    request.session_id = arguments.session.clone();
    request.timeout = arguments.timeout.as_deref().map(timeout).transpose()?;
    Ok(request)
}

fn file_request(path: &Path, language: Option<Language>) -> Result<RunRequest, Failure> {
    let code = std::fs::read_to_string(path)
        .map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let language = language.or_else(|| Language::from_extension(extension)).ok_or_else(|| Failure {
        error: format!("the language of `{}` is not known by its extension", path.display()).into(),
        hint: Some("name it with --language python, javascript, typescript or bash".to_owned()),
    })?;
    let mut request = RunRequest::new(language, code);
    request.filename = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(request)
}

fn timeout(text: &str) -> Result<Duration, Failure> {
    match Kind::Seconds.parse(text) {
        Some(Setting::Seconds(time)) => Ok(time),
        _ => Err(format!(
            "--timeout cannot be `{}`; expected {}",
            text.escape_debug(),
            Kind::Seconds.expected()
        )
        .into()),
    }
}

fn failure(error: RunError) -> Failure {
    Failure { hint: error.hint.clone(), error: Box::new(error) }
}

/// Passes output on as it comes. A slow reader slows the program down, as in any pipe; one that is gone is no failure.
fn pass_on(event: &Event<'_>) {
    match event {
        Event::Display(display) => {
            note(&styled(QUIET, &format!("[display {}, {} bytes]", display.mime_type, display.bytes.len())));
        }
        Event::Note(line) => note(&styled(QUIET, &format!("[{line}]"))),
        Event::Output(Stream::Stderr, bytes) => drop(std::io::stderr().lock().write_all(bytes)),
        Event::Output(Stream::Stdout, bytes) => {
            let mut stdout = std::io::stdout().lock();
            drop(stdout.write_all(bytes).and_then(|()| stdout.flush()));
        }
    }
}

/// What is not the program's own output goes to stderr.
fn print(report: &Report) {
    if let Some(value) = present::value_text(report) {
        note(&format!("{}\n{value}", styled(HEADING, "[value]")));
    }
    let shown = matches!(&report.ending, Some(Ending::Raise(exception)) if exception.shown);
    if let Some(error) = present::error_text(report).filter(|_| !shown) {
        note(&styled(BAD, &error));
    }
    for hint in &report.hints {
        note(&format!("{}: {hint}", styled(HEADING, "hint")));
    }
    for file in &report.files {
        note(&styled(QUIET, &format!("[file {}, {} bytes]", file.name, file.bytes)));
    }
    note(&styled(QUIET, &present::closing(report)));
}

fn code(report: &Report) -> u8 {
    let code = report.ending.as_ref().and_then(Ending::exit_code).unwrap_or(130);
    u8::try_from(code).unwrap_or(1)
}
