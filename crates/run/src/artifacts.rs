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

/// The type that a file's name stands for.
pub fn mime_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or(&*name, |(_, extension)| extension);
    TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, kind)| kind)
}

/// Extensions, and names of files that have none, with what they stand for.
const TYPES: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"),
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("c", "text/x-c"),
    ("cfg", "text/plain"),
    ("conf", "text/plain"),
    ("cpp", "text/x-c++"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("db", "application/vnd.sqlite3"),
    ("doc", "application/msword"),
    ("dockerfile", "text/x-dockerfile"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("env", "text/plain"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("go", "text/x-go"),
    ("gradle", "text/plain"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ini", "text/plain"),
    ("java", "text/x-java"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("jsx", "text/javascript"),
    ("kt", "text/x-kotlin"),
    ("log", "text/plain"),
    ("m4a", "audio/mp4"),
    ("makefile", "text/x-makefile"),
    ("md", "text/markdown"),
    ("mjs", "text/javascript"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ogg", "audio/ogg"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pdf", "application/pdf"),
    ("php", "text/x-php"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("properties", "text/plain"),
    ("py", "text/x-python"),
    ("rar", "application/vnd.rar"),
    ("rb", "text/x-ruby"),
    ("rs", "text/x-rust"),
    ("scala", "text/x-scala"),
    ("sh", "text/x-shellscript"),
    ("bash", "text/x-shellscript"),
    ("sql", "text/x-sql"),
    ("sqlite", "application/vnd.sqlite3"),
    ("sqlite3", "application/vnd.sqlite3"),
    ("svelte", "text/plain"),
    ("svg", "image/svg+xml"),
    ("swift", "text/x-swift"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("toml", "application/toml"),
    ("ts", "text/x-typescript"),
    ("tsv", "text/tab-separated-values"),
    ("tsx", "text/x-typescript"),
    ("txt", "text/plain"),
    ("vue", "text/plain"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];
