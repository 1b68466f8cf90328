//! The tools `run_python` and `run_python_stream`, with the arguments that mcp-pyrunner gave them.

use codemode_run::{Language, RunError, RunRequest};
use serde_json::{Map, Value};

use super::arguments::{Arguments, required};

/// Reads their arguments.
pub(super) fn request(arguments: Map<String, Value>) -> Result<RunRequest, RunError> {
    let mut arguments = Arguments::new(arguments);
    let request = common(&mut arguments)?;
    let auto_install = arguments.flag("auto_install")?.unwrap_or(true);
    arguments.finish()?;
    Ok(RunRequest { auto_install, ..request })
}

/// The arguments that these tools and `run_with_retry` have alike.
pub(super) fn common(arguments: &mut Arguments) -> Result<RunRequest, RunError> {
    let code = required("code", arguments.text("code")?)?;
    let description = arguments.text("description")?.filter(|text| !text.trim().is_empty());
    let timeout = arguments.seconds("timeout")?;
    Ok(RunRequest { description, timeout, ..RunRequest::new(Language::Python, code) })
}
