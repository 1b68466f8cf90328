//! Which files a run made or changed. Only what the workspace shows: never a name that the program printed.

use crate::engine::Entry;

/// Files of a workspace that are looked at; more are not listed.
pub const ENTRIES_MAX: usize = 20_000;

/// A file that a run made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Size in bytes.
    pub bytes: u64,
    /// Type by its extension.
    pub mime_type: &'static str,
    /// Relative path in the workspace.
    pub name: String,
}

/// The files of `after` that `before` does not hold in the same state, in the order of `after`.
///
/// Both lists are sorted by path, as [`Files::list`](crate::Files::list) gives them.
pub fn changed(before: &[Entry], after: &[Entry]) -> Vec<Artifact> {
    after.iter().filter(|entry| is_new(before, entry)).map(artifact).collect()
}

fn is_new(before: &[Entry], entry: &Entry) -> bool {
    match before.binary_search_by(|old| old.path.cmp(&entry.path)) {
        Ok(place) => before[place] != *entry,
        Err(_) => true,
    }
}

fn artifact(entry: &Entry) -> Artifact {
    Artifact { bytes: entry.bytes, mime_type: mime_type(&entry.path), name: entry.path.clone() }
}

/// The type that a file's extension stands for.
pub fn mime_type(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "csv" => "text/csv",
        "gif" => "image/gif",
        "gz" => "application/gzip",
        "htm" | "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "md" => "text/markdown",
        "parquet" => "application/vnd.apache.parquet",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "py" => "text/x-python",
        "sh" => "text/x-shellscript",
        "svg" => "image/svg+xml",
        "tsv" => "text/tab-separated-values",
        "log" | "txt" => "text/plain",
        "webp" => "image/webp",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}
