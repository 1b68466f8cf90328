//! The tool `execute_code`.

use codemode_run::{Language, RunError, RunRequest};
use rmcp::RoleServer;
use rmcp::model::CallToolResult;
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::Shared;
use super::arguments::{Arguments, required};
use super::progress::follow;
use crate::present::{failed, result, still_running};

/// Starts a run and answers with its end, or with what there is when it takes long.
pub(super) async fn call(
    shared: &Shared,
    arguments: Map<String, Value>,
    context: &RequestContext<RoleServer>,
) -> CallToolResult {
    let request = match request(arguments) {
        Ok(request) => request,
        Err(error) => return failed(&error),
    };
    let run = shared.runs.start(request);
    let end = tokio::select! {
        biased;
        () = context.ct.cancelled() => {
            run.cancel();
            Some(run.finish().await)
        }
        end = follow(&run, context, shared.options.yield_after) => end,
    };
    match end {
        Some(end) => result(&end, shared.options.structured_output),
        None => still_running(&run.so_far(), shared.options.structured_output),
    }
}

fn request(arguments: Map<String, Value>) -> Result<RunRequest, RunError> {
    let mut arguments = Arguments::new(arguments);
    let code = arguments.text("code")?;
    let language = match arguments.text("language")? {
        None => Language::Python,
        Some(word) => word.parse().map_err(|error: codemode_run::UnknownLanguage| {
            RunError::invalid_argument("language", error.to_string())
        })?,
    };
    let mut request = RunRequest::new(language, "");
    request.session_id = arguments.text("session_id")?;
    request.timeout = arguments.seconds("timeout")?;
    request.packages = arguments.texts("packages")?.unwrap_or_default();
    request.variables = arguments.object("variables")?.unwrap_or_default();
    request.files = arguments.files("files")?.unwrap_or_default();
    request.description = arguments.text("description")?;
    arguments.finish()?;
    request.code = required("code", code)?;
    Ok(request)
}
