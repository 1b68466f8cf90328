//! The tool `pip_install`: gets a distribution for the programs to come.

use codemode_run::RunError;
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::Shared;
use super::answer::style;
use super::arguments::{Arguments, required};
use super::follow::Listener;
use crate::present::failed;

/// Answers the tool. A client that asked for progress hears what is installed and downloaded.
pub(super) async fn call(
    shared: &Shared,
    arguments: Map<String, Value>,
    context: &RequestContext<RoleServer>,
    mut listener: Listener<'_>,
) -> CallToolResult {
    let requirement = match read(arguments) {
        Ok(requirement) => requirement,
        Err(error) => return failed(&error, style(shared, context)),
    };
    let (said, mut heard) = mpsc::unbounded_channel();
    let progress = move |line: &str| drop(said.send(line.to_owned()));
    let install = shared.runs.runner().install("package_name", &requirement, &progress, &context.ct);
    tokio::pin!(install);
    let installed = loop {
        tokio::select! {
            biased;
            Some(line) = heard.recv() => listener.tell(format!("[{line}]\n")).await,
            installed = &mut install => break installed,
        }
    };
    match installed {
        Ok(Some(distributions)) => {
            let text = format!("Installed {requirement}: {}", distributions.join(", "));
            CallToolResult::success(vec![ContentBlock::text(text)])
        }
        Ok(None) => CallToolResult::error(vec![ContentBlock::text("cancelled")]),
        Err(error) => failed(&error, style(shared, context)),
    }
}

fn read(arguments: Map<String, Value>) -> Result<String, RunError> {
    let mut arguments = Arguments::new(arguments);
    let requirement = required("package_name", arguments.text("package_name")?)?;
    arguments.finish()?;
    Ok(requirement)
}
