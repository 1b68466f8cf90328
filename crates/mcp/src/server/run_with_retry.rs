//! The tool `run_with_retry`: starts a program again only when something about the start can be mended.

use codemode_run::retry::{Verdict, judge};
use codemode_run::{Report, RunError, RunRequest};
use rmcp::RoleServer;
use rmcp::model::CallToolResult;
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::Shared;
use super::answer::{answer, answer_with, style};
use super::arguments::Arguments;
use super::follow::Listener;
use super::run_python::common;
use crate::present::failed;

/// Attempts of a call that names no number.
const ATTEMPTS: usize = 3;

/// Runs a program until it works, nothing can be mended, or its attempts are used up.
pub(super) async fn call(
    shared: &Shared,
    arguments: Map<String, Value>,
    context: &RequestContext<RoleServer>,
    mut listener: Listener<'_>,
) -> CallToolResult {
    let style = style(shared, context);
    let choices = shared.runs.runner().choices();
    let (mut request, attempts_max) = match read(arguments, choices.retries) {
        Ok(read) => read,
        Err(error) => return failed(&error, style),
    };
    let mut hints = Vec::new();
    let mut attempt = 0;
    loop {
        attempt += 1;
        let run = shared.runs.start(request.clone());
        tokio::select! {
            biased;
            () = context.ct.cancelled() => {
                run.cancel();
                run.finish().await;
                return answer(shared, &run, style).await;
            }
            () = listener.follow(&run, shared.options.yield_after) => {}
        }
        let end = run.report();
        // A run that goes on is waited for by `wait_run`, which starts nothing again.
        let Some(Ok(report)) = end.as_deref() else { return answer(shared, &run, style).await };
        let mut report = Report { attempts: attempt, ..report.clone() };
        let verdict = (!report.is_success()).then(|| judge(&request, &report, attempt, choices.wall_max));
        match verdict {
            Some(Verdict::TryAgain { change, pause, request: next }) if attempt < attempts_max => {
                hints.push(note(attempt, &report, &change));
                request = *next;
                tokio::select! {
                    () = context.ct.cancelled() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
            verdict => {
                hints.extend(verdict.map(|verdict| last_word(&verdict, attempts_max)));
                report.hints.splice(..0, hints);
                return answer_with(shared, &report, style).await;
            }
        }
    }
}

/// What the next attempt does twice is said: nobody can take back what the program did before it failed.
fn note(attempt: u32, report: &Report, change: &str) -> String {
    let calls = match report.tool_calls.len() {
        0 => String::new(),
        calls => format!(" and {calls} tool calls were made"),
    };
    let files = match report.files.len() {
        0 => String::new(),
        files => format!("; {files} files were written"),
    };
    let again = if calls.is_empty() && files.is_empty() {
        String::new()
    } else {
        format!(" (in it{files}{calls}; the next attempt did this again)")
    };
    let ending = report.ending.as_ref().map_or("no end", |ending| ending.kind());
    format!("attempt {attempt} ended with {ending}{again}; then: {change}")
}

fn last_word(verdict: &Verdict, attempts_max: u32) -> String {
    match verdict {
        Verdict::GiveUp(reason) => format!("not tried again: {reason}"),
        Verdict::TryAgain { change, .. } => {
            format!("the {attempts_max} attempts are used up; the next change would be: {change}")
        }
    }
}

fn read(arguments: Map<String, Value>, retries: u32) -> Result<(RunRequest, u32), RunError> {
    let mut arguments = Arguments::new(arguments);
    let request = common(&mut arguments)?;
    let attempts = arguments.count("max_retries")?;
    arguments.finish()?;
    let longest = retries.max(1);
    let attempts = attempts.unwrap_or(ATTEMPTS.min(longest as usize));
    let fitting = u32::try_from(attempts).ok().filter(|attempts| (1..=longest).contains(attempts));
    let problem = || format!("{attempts} is out of range; expected 1 to {longest} attempts");
    Ok((request, fitting.ok_or_else(|| RunError::invalid_argument("max_retries", problem()))?))
}
