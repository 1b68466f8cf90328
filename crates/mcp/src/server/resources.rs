//! Resources: settings, this machine, the output of runs and the files of sessions.

use codemode_run::artifacts::mime_type;
use codemode_run::{Language, Stream};
use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::{Shared, learnings};
use crate::present;

/// Longest part of a stream, and longest file, that one read gives, in bytes.
const READ_BYTES_MAX: u64 = 8 * 1024 * 1024;

const SESSIONS: &str = "codemode://sessions/";
const TOOLS: &str = "codemode://tools/";

pub(super) fn list() -> Result<Vec<Resource>, ErrorData> {
    typed(json!([
        {"uri": "codemode://config", "name": "config", "description": "the settings in force", "mimeType": "application/toml"},
        {"uri": "codemode://learnings", "name": "learnings", "description": "what failures taught, the newest first", "mimeType": "text/plain"},
        {"uri": "codemode://context", "name": "context", "description": "what this machine offers to programs", "mimeType": "text/plain"},
    ]))
}

pub(super) fn templates() -> Result<Vec<ResourceTemplate>, ErrorData> {
    typed(json!([
        {"uriTemplate": "codemode://runs/{id}/{stream}", "name": "run output", "description": "the whole stdout or stderr of a run, or display/N", "mimeType": "text/plain"},
        {"uriTemplate": "codemode://runs/{id}", "name": "run report", "description": "the report of a run", "mimeType": "application/json"},
        {"uriTemplate": "codemode://tools/{server}", "name": "upstream tools", "description": "typed signatures of every tool of a server", "mimeType": "text/x-python"},
        {"uriTemplate": "codemode://sessions/{id}/{path}", "name": "session file", "description": "a file of a session's workspace; the session `default` is that of calls without one"},
    ]))
}

pub(super) async fn read(shared: &Shared, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let contents = match uri {
        "codemode://config" => {
            let text = shared.options.settings.view(None);
            let text = text.map_err(|error| ErrorData::internal_error(error.message, None))?;
            ResourceContents::text(text, uri).with_mime_type("application/toml")
        }
        "codemode://context" => ResourceContents::text((shared.options.context)().await, uri),
        "codemode://learnings" => {
            let text = learnings::all(shared).await;
            let text = text.map_err(|error| ErrorData::internal_error(error.message, None))?;
            ResourceContents::text(text, uri).with_mime_type("text/plain")
        }
        _ if uri.starts_with(TOOLS) => read_stubs(shared, uri).ok_or_else(|| not_found(uri))?,
        _ if uri.starts_with(SESSIONS) => read_file(shared, uri).await?,
        _ => read_run(shared, uri).ok_or_else(|| not_found(uri))?,
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

fn not_found(uri: &str) -> ErrorData {
    ErrorData::resource_not_found(format!("no resource `{}`", uri.escape_debug()), None)
}

/// Stubs of every tool of a server, in the form of Python.
fn read_stubs(shared: &Shared, uri: &str) -> Option<ResourceContents> {
    let server = present::decoded(uri.strip_prefix(TOOLS)?)?;
    let stubs = shared.runs.runner().stubs_of(Language::Python, &server)?;
    Some(ResourceContents::text(stubs, uri).with_mime_type("text/x-python"))
}

/// Reads a file of a workspace. The engine resolves the path beneath it: nothing leads out.
async fn read_file(shared: &Shared, uri: &str) -> Result<ResourceContents, ErrorData> {
    let rest = uri.strip_prefix(SESSIONS).unwrap_or_default();
    let (id, path) = rest.split_once('/').ok_or_else(|| not_found(uri))?;
    let path = present::decoded(path).ok_or_else(|| not_found(uri))?;
    let read = shared.runs.runner().read_file(Some(id), &path, READ_BYTES_MAX).await;
    let bytes = read.map_err(|error| ErrorData::resource_not_found(error.message, None))?;
    Ok(present::contents(&bytes, mime_type(&path), uri))
}

fn read_run(shared: &Shared, uri: &str) -> Option<ResourceContents> {
    let path = uri.strip_prefix("codemode://runs/")?;
    let (id, part) = path.split_once('/').map_or((path, None), |(id, part)| (id, Some(part)));
    let run = shared.runs.find(id)?;
    let Some(part) = part else {
        let report = run.report().and_then(|end| end.as_ref().as_ref().ok().map(present::json));
        let report = report.unwrap_or_else(|| present::json(&run.so_far()));
        return Some(ResourceContents::text(report.to_string(), uri).with_mime_type("application/json"));
    };
    let stream = match part {
        "stdout" => Stream::Stdout,
        "stderr" => Stream::Stderr,
        _ => {
            let place: usize = part.strip_prefix("display/")?.parse().ok()?;
            let displays = run.recorder().displays();
            let display = displays.get(place)?;
            return Some(present::contents(&display.bytes, &display.mime_type, uri));
        }
    };
    let bytes = run.recorder().read(stream, 0, READ_BYTES_MAX).ok()?;
    Some(present::contents(&bytes, "application/octet-stream", uri))
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}
