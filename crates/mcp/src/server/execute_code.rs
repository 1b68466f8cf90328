//! The tool `execute_code`.

use codemode_run::{Language, RunError, RunRequest};
use rmcp::RoleServer;
use rmcp::model::CallToolResult;
use rmcp::service::RequestContext;
use serde_json::{Map, Value};

use super::Shared;
use super::answer::{answer, style};
use super::arguments::{Arguments, required};
use super::follow::Listener;
use crate::present::failed;

/// Starts a run and answers with its end, or with what there is when it takes long.
pub(super) async fn call(
    shared: &Shared,
    request: Result<RunRequest, RunError>,
    context: &RequestContext<RoleServer>,
    mut listener: Listener<'_>,
) -> CallToolResult {
    let style = style(shared, context);
    let request = match request {
        Ok(request) => request,
        Err(error) => return failed(&error, style),
    };
    let run = shared.runs.start(request);
    tokio::select! {
        biased;
        () = context.ct.cancelled() => {
            run.cancel();
            run.finish().await;
        }
        () = listener.follow(&run, shared.options.yield_after) => {}
    }
    answer(shared, &run, style).await
}

/// Reads the arguments of `execute_code`.
pub(super) fn request(arguments: Map<String, Value>) -> Result<RunRequest, RunError> {
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
