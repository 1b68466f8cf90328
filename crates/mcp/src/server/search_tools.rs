//! The tool `search_tools`.

use codemode_run::{Language, RunError};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use super::Shared;
use super::arguments::{Arguments, required};
use crate::present::{Style, failed};

/// Tools that an answer shows when the caller says no number, and the most that it shows.
const HITS: usize = 8;
const HITS_MAX: usize = 50;

/// Finds upstream tools by words and gives their full signatures.
pub(super) fn call(shared: &Shared, arguments: Map<String, Value>, style: Style) -> CallToolResult {
    match search(shared, arguments) {
        Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Err(error) => failed(&error, style),
    }
}

fn search(shared: &Shared, arguments: Map<String, Value>) -> Result<String, RunError> {
    let mut arguments = Arguments::new(arguments);
    let query = arguments.text("query")?;
    let language = match arguments.text("language")? {
        None => Language::Python,
        Some(word) => word.parse().map_err(|error: codemode_run::UnknownLanguage| {
            RunError::invalid_argument("language", error.to_string())
        })?,
    };
    let limit = arguments.count("limit")?.unwrap_or(HITS).clamp(1, HITS_MAX);
    arguments.finish()?;
    let query = required("query", query)?;
    Ok(shared.runs.runner().search_tools(language, &query, limit))
}
