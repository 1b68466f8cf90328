//! The tool `wait_run`.

use std::time::Duration;

use codemode_run::{RunError, RunHandle, Runs};
use rmcp::RoleServer;
use rmcp::model::CallToolResult;
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::Shared;
use super::answer::{answer, style};
use super::arguments::{Arguments, required};
use super::follow::Listener;
use crate::present::failed;

/// How long a call waits that names no time.
const WAIT: Duration = Duration::from_secs(30);

/// How long a call may wait.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// Run ids that an error names.
const NAMED_MAX: usize = 5;

/// Waits for a run. Taking this request back does not touch the run.
pub(super) async fn call(
    shared: &Shared,
    arguments: Map<String, Value>,
    context: &RequestContext<RoleServer>,
    mut listener: Listener<'_>,
) -> CallToolResult {
    let style = style(shared, context);
    let (run, wait) = match find(&shared.runs, arguments) {
        Ok(found) => found,
        Err(error) => return failed(&error, style),
    };
    tokio::select! {
        () = context.ct.cancelled() => {}
        () = listener.follow(&run, wait) => {}
    }
    answer(shared, &run, style).await
}

fn find(runs: &Runs, arguments: Map<String, Value>) -> Result<(RunHandle, Duration), RunError> {
    let mut arguments = Arguments::new(arguments);
    let id = arguments.text("run_id")?;
    let wait = arguments.seconds("seconds")?.unwrap_or(WAIT).min(WAIT_MAX);
    arguments.finish()?;
    let id = required("run_id", id)?;
    let run = runs.find(&id).ok_or_else(|| {
        let known: Vec<String> = runs.ids().into_iter().take(NAMED_MAX).collect();
        let known = if known.is_empty() {
            "there is none yet".to_owned()
        } else {
            format!("the newest are {}", known.join(", "))
        };
        RunError::new("unknown_run", format!("no run `{}` is known", id.escape_debug()), known)
    })?;
    Ok((run, wait))
}
