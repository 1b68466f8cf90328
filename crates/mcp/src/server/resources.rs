//! Resources: settings, this machine, and the output of runs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codemode_run::Stream;
use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::Shared;
use crate::present;

/// Longest part of a stream that one read gives, in bytes.
const READ_BYTES_MAX: u64 = 8 * 1024 * 1024;

pub(super) fn list() -> Result<Vec<Resource>, ErrorData> {
    typed(json!([
        {"uri": "codemode://config", "name": "config", "description": "the settings in force", "mimeType": "application/toml"},
        {"uri": "codemode://context", "name": "context", "description": "what this machine offers to programs", "mimeType": "text/plain"},
    ]))
}

pub(super) fn templates() -> Result<Vec<ResourceTemplate>, ErrorData> {
    typed(json!([
        {"uriTemplate": "codemode://runs/{id}/{stream}", "name": "run output", "description": "the whole stdout or stderr of a run", "mimeType": "text/plain"},
        {"uriTemplate": "codemode://runs/{id}", "name": "run report", "description": "the report of a run", "mimeType": "application/json"},
    ]))
}

pub(super) async fn read(shared: &Shared, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let contents = match uri {
        "codemode://config" => {
            ResourceContents::text((shared.options.config)(), uri).with_mime_type("application/toml")
        }
        "codemode://context" => ResourceContents::text((shared.options.context)().await, uri),
        _ => read_run(shared, uri)
            .ok_or_else(|| ErrorData::resource_not_found(format!("no resource `{uri}`"), None))?,
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

fn read_run(shared: &Shared, uri: &str) -> Option<ResourceContents> {
    let path = uri.strip_prefix("codemode://runs/")?;
    let (id, stream) = path.split_once('/').map_or((path, None), |(id, stream)| (id, Some(stream)));
    let run = shared.runs.find(id)?;
    let stream = match stream {
        Some("stdout") => Stream::Stdout,
        Some("stderr") => Stream::Stderr,
        Some(_) => return None,
        None => {
            let report = run.report().and_then(|end| end.as_ref().as_ref().ok().map(present::json));
            let report = report.unwrap_or_else(|| present::json(&run.so_far()));
            return Some(ResourceContents::text(report.to_string(), uri).with_mime_type("application/json"));
        }
    };
    let bytes = run.recorder().read(stream, 0, READ_BYTES_MAX).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => ResourceContents::text(text, uri),
        Err(error) => ResourceContents::blob(STANDARD.encode(error.as_bytes()), uri)
            .with_mime_type("application/octet-stream"),
    })
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}
